"""Acts on paper: layouts as data, a page made of the frozen snapshot alone, the PDF, and the signed scan read back."""
