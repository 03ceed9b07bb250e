"""客户朋友圈 at work: jobs become Moments, members publish them, customers see, like and comment."""

from typing import Any

from simulator import ids, photographs
from simulator.world.apps import App
from simulator.world.customers import Follow, Relation
from simulator.world.media import Media
from simulator.world.moments import Job, Moment, Publication, Reaction
from simulator.world.world import World

# Members looked at in one go while a job looks for tags.
SLICE = 100
JOB_LIFE = 86_400
NOBODY = 81013


def settle_moments(world: World) -> None:
    """Finish the jobs that are due; forget results after a day."""
    moments = world.state.moments
    for jobid in list(moments.coming):
        _go_on(world, moments.jobs[jobid], moments.coming[jobid])
    for jobid in [each.jobid for each in moments.jobs.values() if world.now > each.created_at + JOB_LIFE]:
        del moments.jobs[jobid]
        moments.coming.pop(jobid, None)


def stage(world: World, job: Job) -> int:
    """1 started, 2 in progress, 3 done."""
    if job.done:
        return 3
    return 2 if world.now >= job.created_at + world.limits.quotas.figures["moment_job_seconds"] / 2 else 1


def publish(world: World, moment: Moment, copy: Publication) -> None:
    """The member presses 发表; who may see a Moment for tags is fixed now, a public one meets later friends too."""
    copy.published_at = world.seconds
    mine = world.state.customers.of_member(copy.userid)
    if moment.tags:
        copy.customers = [each.external_userid for each in mine if each.readable and fits(each, moment.tags)]
    world.notices.changed(copy.userid)
    for external_userid in copy.customers if moment.tags else [each.external_userid for each in mine]:
        world.notices.changed("", external_userid)


def post(
    world: World, userid: str, text: str, attachments: list[dict[str, Any]], location: dict[str, str] | None = None
) -> Moment:
    """A member's own Moment (create_type 1), public, published at once."""
    moment = Moment(ids.moment_id(world.rng), world.seconds, text, attachments, 1, userid, location=location or {})
    moment.copies[userid.lower()] = copy = Publication(userid)
    keep_media(world, moment)
    world.state.moments.add(moment)
    publish(world, moment, copy)
    return moment


def chosen(world: World, moment: Moment, copy: Publication) -> list[Follow]:
    """The member's customers a published Moment was meant for."""
    mine = world.state.customers.of_member(copy.userid)
    if moment.tags:
        kept = set(copy.customers)
        return [each for each in mine if each.external_userid in kept]
    return [each for each in mine if each.readable and each.createtime <= copy.published_at]


def sees(moment: Moment, copy: Publication, follow: Follow) -> bool:
    """Does the customer of this relation find it in her 朋友圈?"""
    if not copy.published_at or follow.relation is not Relation.MUTUAL:
        return False
    return not moment.tags or follow.external_userid in copy.customers


def feed(world: World, external_userid: str) -> list[tuple[Moment, Publication]]:
    """What a customer sees of her guides, newest first."""
    shown = []
    for follow in world.state.customers.of_customer(external_userid):
        for moment in world.state.moments.of_member(follow.userid):
            copy = moment.copies[follow.userid.lower()]
            if sees(moment, copy, follow):
                shown.append((moment, copy))
    return sorted(shown, key=lambda each: -each[1].published_at)


def react(world: World, copy: Publication, reaction: Reaction) -> None:
    """A comment when it has words, a like otherwise; a second like changes nothing."""
    if reaction.content:
        copy.comments.append(reaction)
    elif all(each.id != reaction.id for each in copy.likes):
        copy.likes.append(reaction)
    _tell(world, copy)


def unlike(world: World, copy: Publication, who: str) -> None:
    copy.likes = [each for each in copy.likes if each.id != who]
    _tell(world, copy)


def keep_media(world: World, moment: Moment) -> None:
    """What is shown to customers outlives the three days of its media."""
    for attachment in moment.attachments:
        body = attachment.get(attachment["msgtype"], {})
        media = world.state.files.media.get(str(body.get("media_id", "")))
        if media is not None:
            media.kept = True
        if attachment["msgtype"] == "video" and not body.get("thumb_media_id"):
            body["thumb_media_id"] = _thumb(world, str(body.get("media_id", "")))


def fits(follow: Follow, tags: list[str]) -> bool:
    return not tags or any(tag in follow.tags for tag in tags)


def _go_on(world: World, job: Job, moment: Moment) -> None:
    app = world.state.apps.get(job.agentid)
    if app is None or world.now < job.created_at + world.limits.quotas.figures["moment_job_seconds"]:
        return
    most = SLICE if moment.tags else len(job.waiting)
    batch, job.waiting = job.waiting[:most], job.waiting[most:]
    for userid in batch:
        if _publishes(world, app, userid, moment.tags):
            moment.copies[userid.lower()] = Publication(userid)
    if not job.waiting:
        _finish(world, job, moment)


def _finish(world: World, job: Job, moment: Moment) -> None:
    job.done = True
    del world.state.moments.coming[job.jobid]
    if not moment.copies:
        job.error, job.moment_id = NOBODY, ""
        return
    world.state.moments.add(moment)
    for copy in moment.copies.values():
        world.notices.changed(copy.userid)


def _publishes(world: World, app: App, userid: str, tags: list[str]) -> bool:
    member = world.sees(app, userid)
    if member is None or not member.customer_contact:
        return False
    return not tags or any(each.readable and fits(each, tags) for each in world.state.customers.of_member(userid))


def _thumb(world: World, name: str) -> str:
    """A still for a video: drawn, since nothing here decodes one."""
    media_id = ids.media_id(world.rng)
    content = photographs.coat(name)
    world.state.files.media[media_id] = Media(media_id, "image", "thumb.jpg", "image/jpeg", world.seconds, content, 1, True)
    return media_id


def _tell(world: World, copy: Publication) -> None:
    world.notices.changed(copy.userid)
    for reaction in copy.likes + copy.comments:
        if reaction.external:
            world.notices.changed("", reaction.id)
