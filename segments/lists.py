"""Segments as things with a name: lists of them, their runs and members, and what a rule may choose from."""

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode
from customers.profile_models import FieldKind, ProfileField
from foundation.errors import NotFound
from org.models import Staff
from segments.fields import FIELDS, Field, answer_field
from segments.models import CustomerFacts, RunStatus, Segment, SegmentMember, SegmentRun
from segments.readable import readable_by
from segments.resolving import refuse_unreadable, usable_by
from segments.rules import parse
from segments.scopes import Scope, scope_of, seen

USES = "$.**.segment ? (@ == $id)"


def get_segment(session: Session, viewer: Staff, segment_id: int) -> Segment:
    """A living segment she may use; raises NotFound."""
    chosen = select(Segment).where(Segment.id == segment_id, Segment.archived_at.is_(None), usable_by(viewer))
    found = session.scalars(chosen).one_or_none()
    if found is None:
        raise NotFound("没有这个人群，或您不能使用它")
    return found


def list_segments(session: Session, viewer: Staff, *, after: int | None = None, limit: int = 50, q: str = "") -> list[Segment]:
    """Living segments she may use, the newest first, below `after`."""
    chosen = select(Segment).where(Segment.archived_at.is_(None), usable_by(viewer))
    if after is not None:
        chosen = chosen.where(Segment.id < after)
    if q.strip():
        chosen = chosen.where(Segment.name.icontains(q.strip(), autoescape=True))
    return list(session.scalars(chosen.order_by(Segment.id.desc()).limit(limit)))


def used_by(session: Session, segment_id: int, limit: int = 50, viewer: Staff | None = None) -> list[Segment]:
    """Living segments whose rule names this one; for a viewer those she may use."""
    names = func.jsonb_path_exists(Segment.rule, cast(USES, JSONPATH), func.jsonb_build_object("id", segment_id))
    chosen = select(Segment).where(Segment.archived_at.is_(None), names)
    if viewer is not None:
        chosen = chosen.where(usable_by(viewer))
    return list(session.scalars(chosen.order_by(Segment.id).limit(limit)))


def list_runs(session: Session, segment_id: int, limit: int = 20) -> list[SegmentRun]:
    """The runs of a segment, the newest first. Load the segment with permission first."""
    chosen = select(SegmentRun).where(SegmentRun.segment_id == segment_id)
    return list(session.scalars(chosen.order_by(SegmentRun.id.desc()).limit(limit)))


def get_run(session: Session, viewer: Staff, run_id: int) -> SegmentRun:
    """A run of a segment she may use; raises NotFound, NotAllowed when its rule asks what she may not read."""
    chosen = (
        select(SegmentRun).join(Segment, Segment.id == SegmentRun.segment_id).where(SegmentRun.id == run_id, usable_by(viewer))
    )
    found = session.scalars(chosen).one_or_none()
    if found is None:
        raise NotFound("没有这一批名单，或您不能查看它")
    refuse_unreadable(session, viewer, parse(found.rule))
    return found


def page_members(session: Session, viewer: Staff | Scope, run_id: int, after: int = 0, limit: int = 500) -> list[SegmentMember]:
    """Members of a finished run the viewer may see, by customer id, above `after`."""
    return list(
        session.scalars(
            select(SegmentMember)
            .join(CustomerFacts, CustomerFacts.customer_id == SegmentMember.customer_id)
            .join(SegmentRun, SegmentRun.id == SegmentMember.run_id)
            .where(SegmentMember.run_id == run_id, SegmentRun.status == RunStatus.DONE, SegmentMember.customer_id > after)
            .where(seen(scope_of(viewer)))
            .order_by(SegmentMember.customer_id)
            .limit(limit)
        )
    )


def all_fields(session: Session, viewer: Staff) -> list[Field]:
    """Every field a rule of this person may ask of, those of the brand's own that she may read too."""
    chosen = select(ProfileField).where(
        ProfileField.removed_at.is_(None), ProfileField.kind.in_([FieldKind.CHOICE, FieldKind.CHOICES]), readable_by(viewer)
    )
    own = session.scalars(chosen.order_by(ProfileField.order, ProfileField.id))
    return [*FIELDS.values(), *(answer_field(field.id, field.name, tuple(field.choices)) for field in own)]


def list_channels(session: Session, limit: int = 500) -> list[tuple[int, str]]:
    """Channels as rules name them: the id of a channel's first code, and its name."""
    first = func.min(ChannelCode.id)
    rows = session.execute(
        select(first, ChannelCode.channel).group_by(ChannelCode.channel).order_by(ChannelCode.channel).limit(limit)
    )
    return [(int(code), name) for code, name in rows]
