"""Autoregressive models of pictures: PixelCNN and PixelRNN, exact likelihoods, exact sampling."""
