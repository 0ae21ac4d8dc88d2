// @ts-check
// A fenced store on PostgreSQL: of two writers that follow one version exactly one succeeds.

/**
 * @param {import("pg").Pool} pool
 * @returns {Promise<import("@tsetsen/sdk/narration").Store>}
 */
export async function postgresStore(pool) {
  // Several processes may begin at once, and CREATE TABLE IF NOT EXISTS can fail then.
  await pool.query(`
    do $$ begin
      perform pg_advisory_xact_lock(7473657);
      create table if not exists tsetsen_records (name text primary key, value text not null, version bigint not null);
      create table if not exists tsetsen_audio (name text primary key, audio bytea not null);
    end $$`);
  return {
    async load(name) {
      const { rows: [row] } = await pool.query(
        "select value, version::text from tsetsen_records where name = $1",
        [name],
      );
      return row;
    },
    async save(name, value, follows) {
      const { rows: [row] } = follows === undefined
        ? await pool.query(
          "insert into tsetsen_records values ($1, $2, 1) on conflict do nothing returning version::text",
          [name, value],
        )
        : await pool.query(
          "update tsetsen_records set value = $2, version = version + 1 where name = $1 and version = $3::bigint returning version::text",
          [name, value, follows],
        );
      return row?.version;
    },
    async loadAudio(name) {
      const { rows: [row] } = await pool.query(
        "select audio from tsetsen_audio where name = $1",
        [name],
      );
      return row?.audio;
    },
    async saveAudio(name, audio) {
      await pool.query(
        "insert into tsetsen_audio values ($1, $2) on conflict (name) do update set audio = excluded.audio",
        [name, Buffer.from(audio)],
      );
    },
  };
}
