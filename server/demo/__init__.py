"""A demonstration school on one computer: its devices simulated over their real protocols, a server, a real agent."""
