"""Writing a SavedModel with named signatures."""

import pathlib

import tensorflow as tf

from keras_gan_zoo import atomic, errors


class Exporting:
    """Mixin for a model with `signatures() -> {name: tf.function}`."""

    def export(
        self,
        filepath,
        format: str = "tf_saved_model",
        *,
        overwrite: bool = False,
        verbose: bool = False,
    ):
        """Writes a SavedModel with named signatures that needs no Keras to run.

        The signatures are those of `signatures()`, and give the numbers that the methods give.

        Args:
            filepath: Folder to write; it must not exist unless `overwrite`.
            format: `"tf_saved_model"`; no other format keeps several signatures.
            overwrite: Replaces an existing folder.
            verbose: Prints where the model went.
        """
        errors.check_choice("format", format, ("tf_saved_model",))
        export_model(self, filepath, overwrite=overwrite, verbose=verbose)

    def signatures(self) -> dict:
        """The functions that `export` writes, by signature name."""
        raise errors.not_defined(self, "signatures")


def export_model(model, filepath, *, overwrite: bool = False, verbose: bool = False):
    """Writes `model.signatures()` as a SavedModel; see `Exporting.export`.

    The folder appears only when it is complete; one that is replaced is moved aside first, and
    removed when the new one is in its place.

    Raises:
        FileExistsError: If `filepath` exists and `overwrite` is false.
        ValueError: If there are no signatures.
        OSError: If it cannot be written; what was there before is intact.
    """
    target = pathlib.Path(filepath)
    if target.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a path that does not exist yet. Received: {target}. "
            "Pass `overwrite=True` to replace it."
        )
    signatures = model.signatures()
    if not signatures:
        raise ValueError(
            "Expected a model with `abilities()`, which the signatures of an export are made from. "
            f"Received: {type(model).__name__}, which names none"
        )
    module = tf.Module()
    # Only what the signatures read is exported: no optimizers, no Keras objects.
    traced = {name: function.get_concrete_function() for name, function in signatures.items()}
    captured = {id(v): v for function in traced.values() for v in function.variables}
    module.model_variables = list(captured.values())
    with atomic.folder(target, overwrite) as unfinished:
        try:
            # Signatures are run, not differentiated: gradients of our own operations stay behind.
            options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
            tf.saved_model.save(module, str(unfinished), signatures=traced, options=options)
        except tf.errors.OpError as error:  # of the disk: the signatures have been traced before
            raise OSError(f"Could not write {target}: {error.message}") from error
    if verbose:
        print(f"Exported {', '.join(signatures)} to {target}")
