//! Every bound in one place. Reaching one is an error or a notice that the person sees, never a silence.

/// Nodes in one cluster.
pub const MAX_NODES: usize = 64;
/// Sites in one cluster.
pub const MAX_SITES: usize = 32;
/// Links between sites.
pub const MAX_LINKS: usize = 256;
/// Keys of one workload.
pub const MAX_WORKLOAD_KEYS: usize = 1_000;
/// Groups of one partition.
pub const MAX_GROUPS: usize = 16;
/// Delay that a command adds to one message: ten minutes.
pub const MAX_MESSAGE_DELAY_MS: u64 = 600_000;
/// How much slower than usual a node may be made.
pub const MAX_SLOWDOWN: u32 = 1_000;
/// Keys of one read.
pub const MAX_READ_KEYS: usize = 16;
/// Client sessions in one run.
pub const MAX_SESSIONS: usize = 64;
/// Commands in one recipe.
pub const MAX_COMMANDS: usize = 10_000;
/// Characters of a name (site, author, key, item).
pub const MAX_NAME_CHARS: usize = 64;
/// Characters of a plain text value.
pub const MAX_TEXT_CHARS: usize = 1_000;
/// Largest quantity of a cart line.
pub const MAX_QUANTITY: u32 = 9_999;
/// Lines in the initial cart.
pub const MAX_INITIAL_LINES: usize = 100;
/// How deep lists and records of a recipe as JSON may stand in each other.
pub const MAX_JSON_DEPTH: usize = 64;
/// Fields of one record of a recipe as JSON: each name is compared with those before it.
pub const MAX_JSON_FIELDS: usize = 256;
/// Bytes of a recipe as JSON.
pub const MAX_RECIPE_BYTES: usize = 1 << 20;
/// Characters of a share link's fragment.
pub const MAX_LINK_CHARS: usize = 64 * 1024;
/// Simulated time of one run: one hour.
pub const MAX_RUN_NS: u64 = 3_600_000_000_000;
/// Events of one run that nobody watches: about a minute of work.
pub const MAX_RUN_EVENTS: u64 = 20_000_000;
/// Latency of a link, one way: one minute.
pub const MAX_LATENCY_US: u64 = 60_000_000;
/// Clock skew in either direction: one day.
pub const MAX_SKEW_MS: i64 = 86_400_000;
/// Messages in flight at once; more are dropped as "network full".
pub const MAX_IN_FLIGHT: usize = 100_000;
/// Journal entries kept; the oldest go first.
pub const MAX_JOURNAL_ENTRIES: usize = 200_000;
/// Operations from the beginning of a run that are kept and judged; after that the verdicts say "undecided" where nothing was found.
pub const MAX_HISTORY_OPERATIONS: usize = 100_000;
/// The same in the page: as many as an hour may have would take more memory than all the rest.
pub const MAX_WATCHED_OPERATIONS: usize = 10_000;
/// The latest operations that the page keeps besides, about: what the journal may tell of.
pub const MAX_LATEST_OPERATIONS: usize = 10_000;
/// Deltas that one replica holds; after that writes are refused as "full". Deciding a key compares its deltas pairwise,
/// so this also bounds how long a picture takes.
pub const MAX_DELTAS: usize = 2_000;
/// Deltas that one local leader outside of the simulation holds; after that writes are refused as "full".
pub const MAX_LOCAL_DELTAS: usize = 200_000;
/// Connections of one local leader at once.
pub const MAX_PEERS: usize = 256;
/// Entries in one replication log of a single leader; after that writes are refused as "full".
pub const MAX_LOG_ENTRIES: u64 = 1_000_000;
/// Deltas in one batch.
pub const MAX_BATCH_DELTAS: usize = 100;
/// Bytes of one batch, where it has more than one delta.
pub const MAX_BATCH_BYTES: usize = 64 << 10;
/// Bytes of one message between leaders.
pub const MAX_FRAME_BYTES: usize = 1 << 20;
/// Replica ids of one version vector: each start of a device mints one.
pub const MAX_REPLICAS: usize = 20_000;
/// Bytes of a name in a message.
pub const MAX_NAME_BYTES: usize = 4 * MAX_NAME_CHARS;
/// Deltas of a key that gives some of them away (rule R10): each is compared with each, in five modes.
pub const MAX_COLLECTED_KEY_DELTAS: usize = 1_000;
/// Deltas that are worth rewriting a store for.
pub const MIN_COLLECTED: usize = 100;
/// Stores whose progress a hub waits for; when there are more, the one not heard of for longest expires.
pub const MAX_KNOWN_STORES: usize = 1_000;
/// A store that a hub has not heard of for this long expires: 30 days.
pub const STORE_EXPIRES_AFTER_MS: i64 = 30 * 86_400_000;
/// Messages by which a replica tells what it has collected.
pub const MAX_STATE_PARTS: usize = 20_000;
/// Writers, kept deltas and deltas that come along in all of them together.
pub const MAX_STATE_SIZE: usize = 4 * MAX_REPLICAS + 2 * MAX_LOCAL_DELTAS;
/// Writers in one of them.
pub const MAX_STATE_WRITERS: usize = 100;
/// Kept deltas of one writer in one entry.
pub const MAX_STATE_KEPT: usize = 1_000;
/// Keys that two replicas compare when their hashes differ.
pub const MAX_COMPARED_KEYS: usize = 1_000;
/// Bytes of an operation of a newer version.
pub const MAX_OPAQUE_BYTES: usize = 4_096;
/// Who is told when a leader of a program changes.
pub const MAX_SUBSCRIBERS: usize = 1_000;
/// Leaders that one leader knows on a channel between tabs.
pub const MAX_MESH_PEERS: usize = 64;
/// Device slots of one browser profile.
pub const MAX_DEVICE_SLOTS: u32 = 32;
/// What a device has told lately; the oldest goes first.
pub const MAX_TOLD: usize = 200;
/// Writes of a key that the offline lab folds under all modes side by side.
pub const MAX_COMPARED_WRITES: usize = 400;
/// Edits of the offline lab that can be undone.
pub const MAX_UNDO: usize = 50;
/// Notes that the offline lab shows; more are kept.
pub const MAX_SHOWN_NOTES: usize = 100;
/// Bytes of a device as a file.
pub const MAX_DEVICE_FILE_BYTES: usize = 256 << 20;
/// Characters of a native peer's address.
pub const MAX_ADDRESS_CHARS: usize = 256;
/// Bytes of the secret that a native peer asks for.
pub const MAX_SECRET_BYTES: usize = 256;
/// How long a native peer waits for the secret.
pub const MAX_SECRET_WAIT_MS: u64 = 5_000;
/// How long it lets those wait whose secret is wrong, so that guessing is slow.
pub const WRONG_SECRET_WAIT_MS: u64 = 500;
/// Connections to a native peer that have not shown the secret, pages being loaded among them.
pub const MAX_STRANGERS: usize = 64;
/// How long TLS, and the head of a request, may take.
pub const MAX_HANDSHAKE_MS: u64 = 10_000;
/// How long a connection may stay one over HTTP.
pub const MAX_HTTP_MS: u64 = 60_000;
/// Bytes of the head of a request.
pub const MAX_HEAD_BYTES: usize = 16 << 10;
/// Frames that wait to be sent over one connection of a native peer; a reader for whom more wait is dropped.
pub const MAX_QUEUED_FRAMES: usize = 256;
/// Bytes of those frames.
pub const MAX_QUEUED_BYTES: usize = 4 << 20;
/// How long one of them may take.
pub const MAX_SEND_MS: u64 = 20_000;
/// How often a native peer asks for a sign of life.
pub const PING_EVERY_MS: u64 = 25_000;
/// Without one for this long a connection is dropped.
pub const MAX_SILENCE_MS: u64 = 80_000;
/// Messages of one connection that a native peer takes in a second.
pub const MAX_MESSAGES_PER_SECOND: u32 = 2_000;
/// So many may come at once.
pub const MAX_MESSAGES_AT_ONCE: u32 = 4_000;
/// Frames of all connections that wait for a native peer's leader; when there are more, their senders wait.
pub const MAX_HUB_EVENTS: usize = 32;
/// Events that a native peer's leader takes while one commit is under way.
pub const MAX_EVENTS_PER_COMMIT: usize = 256;
/// Lines about what others did that a native peer logs at once; after that one a second, and how many it left out.
pub const MAX_LINES_AT_ONCE: u32 = 20;
/// Characters of what a stranger said that a line of the log repeats.
pub const MAX_QUOTED_CHARS: usize = 100;
/// Origins that a native peer is told to allow.
pub const MAX_ORIGINS: usize = 64;
/// Files of a site that a native peer serves.
pub const MAX_SITE_FILES: usize = 1_000;
/// Their bytes: they are held in memory.
pub const MAX_SITE_BYTES: usize = 64 << 20;
/// Folders of a site in each other.
pub const MAX_SITE_DEPTH: usize = 8;
/// Bytes of a certificate, or a key, as a file.
pub const MAX_PEM_BYTES: usize = 1 << 20;
/// What a native peer's store may hold of its file in memory.
pub const STORE_CACHE_BYTES: usize = 16 << 20;
/// How long a native peer that ends waits for the last commit.
pub const MAX_SHUTDOWN_MS: u64 = 10_000;
/// Batches on their way to one peer.
pub const MAX_BATCHES_IN_FLIGHT: usize = 4;
/// Bins of a chart; more become half as many of twice the width.
pub const MAX_CHART_BINS: usize = 240;
/// Conflicts that charts tell apart; later ones are not counted.
pub const MAX_CHART_CONFLICTS: usize = 100_000;
/// Operations up to which charts judge lost writes at the end of each bin.
pub const MAX_CHART_JUDGED: usize = 3_000;
/// Bytes of the text in which a browser keeps how far somebody has come in the course.
pub const MAX_PROGRESS_BYTES: usize = 64 << 10;
/// Bytes of a file that is opened as a recipe or a link; it is looked at before it is read.
pub const MAX_IMPORT_BYTES: usize = MAX_RECIPE_BYTES;
/// Checkpoints kept for scrubbing.
pub const MAX_CHECKPOINTS: usize = 64;
/// Futures of one run kept side by side; the oldest one that does not play goes first.
pub const MAX_BRANCHES: usize = 16;
/// Runs of one search for an anomaly, finding and shrinking together.
pub const MAX_HUNT_RUNS: u64 = 10_000_000;
/// Faults that a search for an anomaly draws for each run.
pub const MAX_HUNT_FAULTS: u32 = 100;
/// Seeds that one search of the page tries.
pub const MAX_SEARCH_SEEDS: u64 = 1_000_000;
/// Bytes of one message between the page and the worker that searches: a recipe and a few lines.
pub const MAX_SEARCH_MESSAGE_BYTES: usize = 2 << 20;
/// Bytes of one sentence in such a message.
pub const MAX_SEARCH_SENTENCE_BYTES: usize = 4 << 10;
/// Sentences in such a message.
pub const MAX_SEARCH_SENTENCES: usize = 8;
/// Runs that are compared side by side, and stand in one recipe.
pub const MAX_COMPARED: usize = 3;
/// Bytes of a history file.
pub const MAX_HISTORY_BYTES: usize = 64 << 20;
/// Characters of a key, a session or a node of a history file.
pub const MAX_HISTORY_NAME_CHARS: usize = 256;
/// Bytes of one value of a history file: an appended text grows long.
pub const MAX_HISTORY_VALUE_BYTES: usize = 1 << 20;
/// Different keys of a history file.
pub const MAX_HISTORY_KEYS: usize = 10_000;
/// Keys of one multi-key read, and dots that one write had seen.
pub const MAX_HISTORY_LIST: usize = 1_000;
/// Appended parts in the texts that all reads of a history show; after that the verdict is "undecided".
pub const MAX_TEXT_PARTS: usize = 16_000_000;
/// Steps to take those texts apart; what is left is not told apart.
pub const MAX_TEXT_STEPS: usize = 200_000_000;
/// Places that a search for an order remembers; after that its verdict is "undecided".
pub const MAX_SEARCH_PLACES: usize = 4_000_000;
/// Writes and multi-key reads that are put into one order of all keys; after that the verdict is "undecided".
pub const MAX_ORDER_NODES: usize = 20_000;
/// Overwritten versions that a leaderless replica can still name; the oldest go first, and it says how many went.
pub const MAX_OVERWRITTEN: usize = 1_000;
/// Hints that one node keeps for others; after that it takes no more.
pub const MAX_HINTS: usize = 2_000;
/// Links that one forwarded write passes; then it is dropped, with an alarm.
pub const MAX_HOPS: u8 = 64;
/// Entries of a leader's log above which writes that come again are dropped, with an alarm.
pub const MAX_CIRCULATING_ENTRIES: usize = 10_000;
/// Forwarded writes on their way to one neighbour without an acknowledgement.
pub const MAX_UNACKNOWLEDGED: u64 = 64;
/// Samples of one measurement.
pub const MAX_MEASURE_SAMPLES: u64 = 5_000_000;
/// Times at which a measurement asks for consistency.
pub const MAX_MEASURE_TIMES: usize = 1_000;
/// Parts of a mixture of latencies.
pub const MAX_MEASURE_PARTS: usize = 32;
/// The largest number in a measurement's configuration; the smallest that counts as positive is one over it.
pub const MAX_MEASURE_NUMBER: f64 = 1e9;
/// Events that one search for a breakpoint takes a run on.
pub const MAX_WATCHED_EVENTS: u64 = 500_000;
/// Operations that what a breakpoint found names.
pub const MAX_FOUND_OPERATIONS: usize = 20;
