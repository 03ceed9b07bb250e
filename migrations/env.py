"""Alembic's door to the database. Models are known here only to compare; migrations themselves never import them."""

from alembic import context
from sqlalchemy import create_engine, pool

import acquisition.models  # noqa: F401
import api.models  # noqa: F401
import bot.models  # noqa: F401
import content_library.link_models
import content_library.models
import content_library.persona_models
import content_library.proposal_models  # noqa: F401
import customers.handover_models
import customers.import_models
import customers.models
import customers.owner_models
import customers.profile_models
import customers.purchase_models
import customers.respect_models
import customers.service_models
import customers.tag_models
import customers.tier_models  # noqa: F401
import foundation.audit  # noqa: F401
import jobs.models  # noqa: F401
import leaderboard.models  # noqa: F401
import org.models  # noqa: F401
import outbox.models  # noqa: F401
import segments.models  # noqa: F401
import sop.models  # noqa: F401
from foundation.config import settings
from foundation.db import Base

url = context.config.get_main_option("sqlalchemy.url") or settings().database_url
engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": "-c lock_timeout=5000"})
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()
