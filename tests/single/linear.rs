//! Linearizability of one register by brute force (Wing & Gong 1993): tries every order that respects real time.

use std::collections::BTreeSet;

/// What an operation did, as far as its client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    Wrote(i64),
    Read(Option<i64>),
    /// A conditional write that found what it expected.
    Swapped(Option<i64>, i64),
    /// One that did not.
    Kept(Option<i64>),
}

/// One operation; without an end its outcome is unknown: it takes effect at any time after its begin, or never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) begin: u64,
    pub(crate) end: Option<u64>,
    pub(crate) did: Did,
}

/// Whether some order explains all.
pub(crate) fn is_linearizable(operations: &[Operation]) -> bool {
    assert!(operations.len() <= 64, "too many for brute force");
    search(operations, 0, None, &mut BTreeSet::new())
}

fn search(operations: &[Operation], done: u64, value: Option<i64>, seen: &mut BTreeSet<(u64, Option<i64>)>) -> bool {
    let is_open = |index: usize| done >> index & 1 == 0;
    if (0..operations.len()).all(|index| !is_open(index) || operations[index].end.is_none()) {
        return true;
    }
    if !seen.insert((done, value)) {
        return false;
    }
    let open_ends = (0..operations.len()).filter(|index| is_open(*index)).filter_map(|index| operations[index].end);
    let Some(first_end) = open_ends.min() else { return true };
    for (index, operation) in operations.iter().enumerate() {
        if !is_open(index) || operation.begin > first_end {
            continue;
        }
        if let Some(next) = after(operation.did, value)
            && search(operations, done | 1 << index, next, seen)
        {
            return true;
        }
    }
    false
}

/// The register after an operation, if that fits.
fn after(did: Did, value: Option<i64>) -> Option<Option<i64>> {
    match did {
        Did::Wrote(new) => Some(Some(new)),
        Did::Read(read) => (read == value).then_some(value),
        Did::Swapped(expected, new) => (expected == value).then_some(Some(new)),
        Did::Kept(expected) => (expected != value).then_some(value),
    }
}

#[test]
fn the_judge_itself_tells_right_from_wrong() {
    let operation = |begin, end, did| Operation { begin, end: Some(end), did };
    let write = operation(0, 10, Did::Wrote(1));
    assert!(is_linearizable(&[write, operation(5, 6, Did::Read(None)), operation(7, 8, Did::Read(Some(1)))]));
    assert!(!is_linearizable(&[write, operation(5, 6, Did::Read(Some(1))), operation(7, 8, Did::Read(None))]));
    assert!(!is_linearizable(&[write, operation(11, 12, Did::Read(None))]));
    let lost = Operation { begin: 0, end: None, did: Did::Wrote(2) };
    assert!(is_linearizable(&[lost, operation(1, 2, Did::Read(None)), operation(50, 60, Did::Read(Some(2)))]));
    assert!(!is_linearizable(&[write, operation(11, 12, Did::Kept(Some(1)))]));
    assert!(is_linearizable(&[write, operation(11, 12, Did::Swapped(Some(1), 3)), operation(13, 14, Did::Read(Some(3)))]));
}
