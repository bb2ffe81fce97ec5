"""The networks that make pictures, their folders on disk and their latent spaces. Its modules need torch."""
