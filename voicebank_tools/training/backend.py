"""Keras, brought in when it is needed, on the backend that is wanted."""

import os
import sys
import warnings
from typing import Any

from pychang import PychangError

BACKENDS = ("tensorflow", "jax")

_VARIABLE = "KERAS_BACKEND"


def choose_backend(name: str) -> None:
    """Let Keras run on a backend; call it before anything else of training.

    Raises:
        PychangError: Keras is already running on another one in this process.
    """
    if "keras" in sys.modules and import_keras().backend.backend() != name:
        raise PychangError(f"Keras already runs on another backend; set {_VARIABLE}={name} and start again")
    os.environ[_VARIABLE] = name


def import_keras() -> Any:
    """Return the module `keras`, on TensorFlow unless another backend was chosen.

    Raises:
        PychangError: It or its backend is not installed.
    """
    os.environ.setdefault(_VARIABLE, "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else it greets with ten lines
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries below, at import
            import keras
    except ImportError as error:
        wanted = os.environ[_VARIABLE]
        cure = "pip install jax" if wanted == "jax" else 'pip install "pychang[train]"'
        raise PychangError(f"training needs Keras with {wanted} ({error}); {cure}") from error
    return keras


def device() -> str:
    """Return what training runs on, in words."""
    if import_keras().backend.backend() == "jax":
        import jax

        return ", ".join(str(one) for one in jax.devices())
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    return ", ".join(names) or f"{os.cpu_count()} processor cores"
