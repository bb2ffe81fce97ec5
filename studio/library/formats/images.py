"""Pictures: PNG to keep, JPEG and WebP to share; also reads GIF, BMP and TIFF."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import limits

if TYPE_CHECKING:
    import PIL.Image

RECORD_KEY = "atelier-record"
_READABLE = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_JPEG_SEGMENT = 60_000
"""EXIF has to fit into one JPEG segment of 64 KB."""


def to_pillow(image: sdk.Image) -> PIL.Image.Image:
    """The picture as Pillow holds it, without copying where Pillow can share the array."""
    import numpy as np
    import PIL.Image

    pixels = np.ascontiguousarray(image.pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    fits = pixels.dtype == np.uint16 and pixels.ndim == 2
    fits = fits or (pixels.dtype == np.uint8 and (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))))
    if not fits or 0 in pixels.shape:
        raise TypeError(
            f"a picture must be uint8 [h, w], [h, w, 3] or [h, w, 4]; this is {pixels.dtype} {pixels.shape}"
        )
    return PIL.Image.fromarray(pixels)


def write(image: sdk.Image, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
    """Write PNG, JPEG or WebP, by the ending of `path`.

    Args:
        image: the picture; 16-bit height maps are reduced to 8 bits for JPEG and WebP.
        path: ends in .png, .jpg, .jpeg or .webp.
        record: what to embed, or None.
        options: ``quality`` 1…100 for JPEG and WebP, ``lossless`` for WebP, ``level`` 0…9 for PNG.
    """
    picture = to_pillow(image)
    suffix = path.suffix.lower()
    text = None if record is None else json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    if suffix == ".png":
        _write_png(picture, path, text, int(options.get("level", 1)))
        return
    if picture.mode.startswith("I"):
        picture = to_pillow(sdk.Image((image.pixels >> 8).astype("uint8")))
    exif = _exif(record, limit=_JPEG_SEGMENT if suffix != ".webp" else 2**24)
    quality = int(options.get("quality", 92))
    if suffix == ".webp":
        lossless = bool(options.get("lossless", False))
        picture.save(path, "WEBP", quality=quality, lossless=lossless, method=4, exif=exif)
    else:
        flat = _on_white(picture)
        sampling = 0 if quality >= 90 else 2
        whole = io.BytesIO()  # into a file, Pillow writes without looking how much of it the disk took
        flat.save(whole, "JPEG", quality=quality, subsampling=sampling, optimize=True, exif=exif)
        path.write_bytes(whole.getbuffer())


def _write_png(picture: PIL.Image.Image, path: Path, text: str | None, level: int) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if text is not None:
        info.add_itxt(RECORD_KEY, text, zip=False)
    picture.save(path, "PNG", compress_level=level, pnginfo=info)


def _exif(record: Mapping[str, Any] | None, limit: int) -> bytes:
    import PIL.Image

    exif = PIL.Image.Exif()
    if record is not None:
        comment = b"ASCII\0\0\0" + json.dumps({RECORD_KEY: record}, separators=(",", ":")).encode("ascii")
        if len(comment) <= limit:
            exif.get_ifd(_EXIF_IFD)[_USER_COMMENT] = comment
    return exif.tobytes()


def _on_white(picture: PIL.Image.Image) -> PIL.Image.Image:
    """JPEG has no transparency: see-through parts become white, as paper is."""
    import PIL.Image

    if picture.mode != "RGBA":
        return picture
    white = PIL.Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return PIL.Image.alpha_composite(white, picture).convert("RGB")


def read(path: Path) -> sdk.Image:
    """Read a picture, turned upright by its EXIF orientation and converted to sRGB.

    Raises:
        UserError: it is damaged, or larger than `limits` allow.
    """
    import numpy as np

    try:
        with _opened(path) as picture:
            upright = _upright(picture)
            pixels = np.array(upright)
    except sdk.UserError:
        raise
    except limits.DECODER_ERRORS as error:
        raise limits.damaged(path.name, "picture") from error
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim not in (2, 3) or 0 in pixels.shape:
        raise limits.damaged(path.name, "picture")
    return sdk.Image(pixels)


def _opened(path: Path) -> PIL.Image.Image:
    """The picture with its header read and its size checked, nothing decoded yet."""
    import PIL.Image

    warnings.filterwarnings("ignore", module=r"PIL\.")  # Pillow mutters about each slip in a file's metadata
    PIL.Image.MAX_IMAGE_PIXELS = limits.IMAGE_PIXELS  # Pillow warns or refuses above; our own check is exact
    try:
        picture = PIL.Image.open(path, formats=_READABLE)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise limits.too_large(path.name, _too_many()) from error
    width, height = picture.size
    if max(width, height) > limits.IMAGE_SIDE or width * height > limits.IMAGE_PIXELS:
        picture.close()
        raise limits.too_large(path.name, f"the picture is {width:,} × {height:,} pixels; " + _too_many())
    return picture


def _too_many() -> str:
    return f"pictures may have {limits.IMAGE_SIDE:,} pixels a side and {limits.IMAGE_PIXELS // 10**6} megapixels"


def _upright(picture: PIL.Image.Image) -> PIL.Image.Image:
    import PIL.ImageOps

    picture.load()
    turned = PIL.ImageOps.exif_transpose(picture)
    if turned.mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        return turned
    if turned.mode in ("I", "F"):
        return _scaled_to_16_bit(turned)
    see_through = turned.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in turned.info
    grey = turned.mode in ("1", "L")
    mode = "RGBA" if see_through else "L" if grey else "RGB"
    return _to_srgb(turned, mode).convert(mode)


def _scaled_to_16_bit(picture: PIL.Image.Image) -> PIL.Image.Image:
    """32-bit and floating-point grey: a height map over its own range."""
    import numpy as np
    import PIL.Image

    values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if picture.mode == "I" and low >= 0 and high <= 65_535:
        return PIL.Image.fromarray(values.astype(np.uint16))
    return PIL.Image.fromarray(((values - low) / max(high - low, 1e-30) * 65_535).astype(np.uint16))


def _to_srgb(picture: PIL.Image.Image, mode: str) -> PIL.Image.Image:
    """Colours by the embedded profile turned into sRGB; a profile that can't be used is ignored, as browsers do."""
    profile = picture.info.get("icc_profile")
    if not profile or mode == "L" or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    from PIL import ImageCms

    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if converted is None else converted


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside a picture, or None."""
    try:
        with _opened(path) as picture:
            if picture.format == "PNG":
                picture.load()  # the text may stand behind the pixels
                text = getattr(picture, "text", {}).get(RECORD_KEY)
                return str(text) if text is not None else None
            comment = picture.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT, b"")
            if isinstance(comment, bytes) and comment.startswith(b"ASCII\0\0\0"):
                held = json.loads(comment[8:])
                return json.dumps(held[RECORD_KEY])
    except (sdk.UserError, *limits.DECODER_ERRORS):
        return None
    return None


def facts(image: sdk.Image) -> dict[str, Any]:
    """Width and height in pixels, channels, bits a channel."""
    shape = image.pixels.shape
    return {
        "width": int(shape[1]),
        "height": int(shape[0]),
        "channels": int(shape[2]) if len(shape) == 3 else 1,
        "bits": 8 * int(image.pixels.dtype.itemsize),
    }
