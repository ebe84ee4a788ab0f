//! The numbered rules of the offline local leader, each of which can be switched off to see what it is for.
//! Tests show for each that the checks turn red without it.

use serde::{Deserialize, Serialize};

/// Which rules are in force. All are, by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// R1: conflicts are detected by version vector, not by clock.
    pub detect_by_vector: bool,
    /// R3: a dot is never reused: fresh replica ids at each start and term, and a checked hash chain.
    pub fresh_ids: bool,
    /// R4: only what is durable is acknowledged.
    pub persist_first: bool,
    /// R5: the receiver's version vector is the only cursor.
    pub cursor_is_vector: bool,
    /// R6: nothing is applied with a hole before it.
    pub refuse_holes: bool,
    /// R7: removes consume a dot.
    pub removes_consume_dot: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            detect_by_vector: true,
            fresh_ids: true,
            persist_first: true,
            cursor_is_vector: true,
            refuse_holes: true,
            removes_consume_dot: true,
        }
    }
}
