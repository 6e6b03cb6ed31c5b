"""The Strategy protocol: a new one is one file in ``strategies/`` and one line in ``registry``."""
