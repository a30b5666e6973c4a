"""Why a file is not taken, each with what to do about it."""

from booking.kit.errors import Refusal
from booking.kit.words import _


class EmptyFile(Refusal):
    status = 422
    say = _("That file is empty. Please choose it again, or choose another one.")


class FileTooLarge(Refusal):
    status = 413
    say = _("That file is larger than %(limit)s MB. Please send it in parts, or ask us for another way.")


class FileCutShort(Refusal):
    status = 422
    say = _("That file stops before its end. It may have been cut off on the way: please send it again.")


class WrongKind(Refusal):
    status = 415
    say = _("We can read PDF, JPEG, PNG and DICOM files. That file is none of these, whatever its name says.")


class PhotoFormat(WrongKind):
    """HEIC and the like: what many phones save."""

    say = _("That is a photo in a format that we cannot read yet. Please save it as JPEG and send it again.")


class OfficeFile(WrongKind):
    say = _("That is a Word, Excel or zip file. Please save it as PDF and send it again.")


class TooManyFiles(Refusal):
    status = 409
    say = _("There are already %(most)s files in this case. Please remove one first.")


class NoRoom(Refusal):
    status = 507
    say = _(
        "We have no room for that file right now, and kept nothing of it. We know about it: please try again later."
    )


class StoreDown(Refusal):
    status = 503
    say = _("We could not save that file right now, and kept nothing of it. Please try again in a few minutes.")


class UploadInterrupted(Refusal):
    status = 409
    say = _("That file did not arrive whole. Please send it again.")
