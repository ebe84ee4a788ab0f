//! The numbered rules of the offline local leader, each of which can be switched off to see what it is for.
//! Tests show for each that the checks turn red without it.

use super::setting::{Dials, Setting};

/// R1: conflicts are detected by version vector, not by clock.
pub static DETECT_BY_VECTOR: Setting =
    Setting::flag("detect_by_vector", "R1: version vectors", "Conflicts are detected by version vector, not by clock.", true);
/// R3: a dot is never reused.
pub static FRESH_IDS: Setting = Setting::flag(
    "fresh_ids",
    "R3: fresh ids",
    "A dot is never reused: fresh replica ids at each start and term, and a checked hash chain.",
    true,
);
/// R4: only what is durable is acknowledged.
pub static PERSIST_FIRST: Setting = Setting::flag("persist_first", "R4: store first", "Only what is durable is acknowledged.", true);
/// R5: the receiver's version vector is the only cursor.
pub static CURSOR_IS_VECTOR: Setting =
    Setting::flag("cursor_is_vector", "R5: vector as cursor", "The receiver's version vector is the only cursor.", true);
/// R6: nothing is applied with a hole before it.
pub static REFUSE_HOLES: Setting = Setting::flag("refuse_holes", "R6: no holes", "Nothing is applied with a hole before it.", true);
/// R7: removes consume a dot.
pub static REMOVES_CONSUME_DOT: Setting =
    Setting::flag("removes_consume_dot", "R7: removes are writes", "A remove consumes a dot, like every write.", true);

/// All of them.
pub static ALL: &[&Setting] = &[&DETECT_BY_VECTOR, &FRESH_IDS, &PERSIST_FIRST, &CURSOR_IS_VECTOR, &REFUSE_HOLES, &REMOVES_CONSUME_DOT];

/// Which rules are in force. All are, by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// R1.
    pub detect_by_vector: bool,
    /// R3.
    pub fresh_ids: bool,
    /// R4.
    pub persist_first: bool,
    /// R5.
    pub cursor_is_vector: bool,
    /// R6.
    pub refuse_holes: bool,
    /// R7.
    pub removes_consume_dot: bool,
    /// R2: a deletion is a version. This and the following can be switched off by tests of the local leader only.
    pub deletions_are_versions: bool,
    /// R8: confirmed means held by the peer that a device is attached to.
    pub confirm_at_hub: bool,
    /// R9: a store that went back is noticed.
    pub heed_amnesia: bool,
    /// R10: nothing is collected before every live store has it.
    pub wait_for_stores: bool,
    /// R11: an exchange ends by comparing hashes and decided values.
    pub end_on_equality: bool,
    /// R12: operations of newer versions are kept and passed on.
    pub keep_unknown: bool,
}

impl From<&Dials> for Rules {
    fn from(dials: &Dials) -> Self {
        Self {
            detect_by_vector: dials.is_on(&DETECT_BY_VECTOR),
            fresh_ids: dials.is_on(&FRESH_IDS),
            persist_first: dials.is_on(&PERSIST_FIRST),
            cursor_is_vector: dials.is_on(&CURSOR_IS_VECTOR),
            refuse_holes: dials.is_on(&REFUSE_HOLES),
            removes_consume_dot: dials.is_on(&REMOVES_CONSUME_DOT),
            deletions_are_versions: true,
            confirm_at_hub: true,
            heed_amnesia: true,
            wait_for_stores: true,
            end_on_equality: true,
            keep_unknown: true,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::from(&Dials::default())
    }
}
