"""Training the generator: recordings -> examples -> dataset -> network -> model file."""
