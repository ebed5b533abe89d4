"""What lasts: the journal of facts, the calls folded from them, and recordings.

The only room that knows SQLAlchemy. The same code runs on SQLite (the default) and PostgreSQL.

    session ──write(fact)──▶ JournalWriter ──one thread, batches──▶ facts + calls (one commit)
                                  │    └── database away ──▶ spill file ──▶ read back later
                                  └──▶ Feed ──▶ live subscribers (the console)
"""
