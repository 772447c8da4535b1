"""The simulated devices of the demonstration school, each on a port of loopback, each speaking its own protocol."""
