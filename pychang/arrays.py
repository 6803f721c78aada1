"""Array types: shapes stand in the docstrings of those who use them."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
ComplexArray = NDArray[np.complexfloating[Any, Any]]
IntArray = NDArray[np.integer[Any]]

AnyArray = TypeVar("AnyArray", FloatArray, ComplexArray)
"""Real or complex: what comes out is what went in."""
