"""A photo a guide could have taken, drawn here so that the walk needs no file."""

from io import BytesIO

from PIL import Image, ImageDraw


def shelf_photo() -> bytes:
    """A JPEG of a shop window, more or less."""
    picture = Image.new("RGB", (1200, 900), "#d8dee9")
    pen = ImageDraw.Draw(picture)
    for column, colour in enumerate(("#8fbcbb", "#bf616a", "#5e81ac", "#a3be8c")):
        left = 90 + column * 270
        pen.rounded_rectangle((left, 180, left + 200, 760), 40, fill=colour)
    pen.rectangle((0, 780, 1200, 900), fill="#4c566a")
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=88)
    return stream.getvalue()
