"""What is read for drawing posters: facts of many guides at once, and which of their posters are already drawn."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_library.models import ItemVersion, KeptPicture, PosterRender
from content_library.posters import PosterFacts
from content_library.queries import list_pictures
from foundation.blobs import blob_path, read_blob
from foundation.errors import NotFound
from org.console_queries import store_names
from org.models import Staff


def get_poster_version(session: Session, version_id: int) -> ItemVersion:
    """A version to be drawn. Raises NotFound."""
    version = session.get(ItemVersion, version_id)
    if version is None:
        raise NotFound("这个版本不存在")
    return version


def _picture(row: KeptPicture | None) -> bytes | None:
    return read_blob(row.blob_key) if row and row.blob_key and blob_path(row.blob_key).exists() else None


def facts_of(session: Session, guides: Sequence[Staff], qr_urls: Mapping[int, str]) -> dict[int, PosterFacts]:
    """What the posters of these guides show, by staff id, in two statements; `qr_png` is None until her code's is kept.

    `qr_urls`: staff id → where the picture of her code stands.
    """
    urls = [url for guide in guides for url in (qr_urls.get(guide.id, ""), guide.avatar_url) if url]
    kept, stores = list_pictures(session, urls), store_names(session, [guide.store_id for guide in guides])
    return {
        guide.id: PosterFacts(
            guide.id, guide.name or guide.userid, stores.get(guide.store_id, ""),
            _picture(kept.get(qr_urls.get(guide.id, ""))), _picture(kept.get(guide.avatar_url)),
        )
        for guide in guides
    }  # fmt: skip


def drawn_among(session: Session, version_id: int, facts: Sequence[PosterFacts]) -> set[int]:
    """Those of these guides (staff ids) whose poster of this version is drawn as it should look now, in one statement."""
    wanted = {(one.staff_id, one.fingerprint()) for one in facts}
    rows = session.execute(
        select(PosterRender.staff_id, PosterRender.fingerprint, PosterRender.blob_key).where(
            PosterRender.version_id == version_id, PosterRender.staff_id.in_([one.staff_id for one in facts])
        )
    )
    return {staff_id for staff_id, fingerprint, key in rows if (staff_id, fingerprint) in wanted and blob_path(key).exists()}
