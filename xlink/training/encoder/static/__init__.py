"""Training of bags of n-grams in numpy, alone or towards the vectors of a teacher."""
