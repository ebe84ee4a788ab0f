//! Which writes a text shows, in the model where a read returns a concatenation: what it starts with (the initial text or
//! a put) and the appends after that, each at most once. Values that nobody can tell apart give several *parses*.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Parses of one text that are tried.
const MAX_PARSES: usize = 16;

/// Whoever uses it gives each write, and the initial state, a number.
pub(super) type Number = u32;

/// A text as the writes that it shows, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parse {
    pub(super) start: Number,
    pub(super) parts: Vec<Number>,
}

/// What was written to one key.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The initial state and the puts.
    starts: Vec<(Number, Rc<str>)>,
    appends: BTreeMap<Rc<str>, Vec<Number>>,
    lengths: BTreeSet<usize>,
}

/// Whether a write had begun when the text was read: only then it can be shown.
type HasBegun<'f> = &'f dyn Fn(Number) -> bool;

impl Texts {
    pub(super) fn start(&mut self, number: Number, text: Rc<str>) {
        self.starts.push((number, text));
    }

    /// Not of nothing, which could stand anywhere.
    pub(super) fn append(&mut self, number: Number, text: Rc<str>) {
        self.lengths.insert(text.len());
        self.appends.entry(text).or_default().push(number);
    }

    /// All parses of a text, the latest start first; `None`: more than are tried. Takes the steps it needs from those left.
    pub(super) fn parses(&self, text: &str, has_begun: HasBegun<'_>, steps_left: &mut usize) -> Option<Vec<Parse>> {
        let mut parses = Vec::new();
        for (start, begin) in self.starts.iter().rev().filter(|(start, _)| has_begun(*start)) {
            if let Some(rest) = text.strip_prefix(&**begin) {
                let mut walk = Walk { texts: self, rest, has_begun, dead: BTreeSet::new(), used: BTreeSet::new() };
                walk.collect(*start, &mut parses, steps_left)?;
            }
        }
        Some(parses)
    }
}

/// A way through a text, part by part, depth first.
struct Walk<'t> {
    texts: &'t Texts,
    rest: &'t str,
    has_begun: HasBegun<'t>,
    /// Places from which no parts lead to the end, whichever came before.
    dead: BTreeSet<usize>,
    used: BTreeSet<Number>,
}

/// A place in the text with the parts that may follow there.
struct Fork {
    at: usize,
    ways: Vec<(usize, Number)>,
    next: usize,
    has_found: bool,
    /// Whether a part could not follow since it came before.
    has_clashed: bool,
}

impl Walk<'_> {
    /// `None`: too many parses, or no steps left.
    fn collect(&mut self, start: Number, parses: &mut Vec<Parse>, steps_left: &mut usize) -> Option<()> {
        let mut forks = vec![self.fork(0)];
        let mut parts = Vec::new();
        while let Some(fork) = forks.last_mut() {
            *steps_left = steps_left.checked_sub(1)?;
            if fork.at == self.rest.len() && !fork.has_found {
                fork.has_found = true;
                parses.push(Parse { start, parts: parts.clone() });
                if parses.len() > MAX_PARSES {
                    return None;
                }
            }
            let Some((end, node)) = fork.ways.get(fork.next).copied() else {
                self.leave(&mut forks, &mut parts);
                continue;
            };
            fork.next += 1;
            if !self.dead.contains(&end) {
                self.used.insert(node);
                parts.push(node);
                let fork = self.fork(end);
                forks.push(fork);
            }
        }
        Some(())
    }

    fn leave(&mut self, forks: &mut Vec<Fork>, parts: &mut Vec<Number>) {
        let Some(left) = forks.pop() else { return };
        if !left.has_found && !left.has_clashed {
            self.dead.insert(left.at);
        }
        parts.pop().into_iter().for_each(|node| _ = self.used.remove(&node));
        if let Some(before) = forks.last_mut() {
            before.has_found |= left.has_found;
            before.has_clashed |= left.has_clashed;
        }
    }

    fn fork(&self, at: usize) -> Fork {
        let mut fork = Fork { at, ways: Vec::new(), next: 0, has_found: false, has_clashed: false };
        for length in &self.texts.lengths {
            let Some(part) = self.rest.get(at..at + length) else { continue };
            for node in self.texts.appends.get(part).into_iter().flatten().filter(|node| (self.has_begun)(**node)) {
                if self.used.contains(node) { fork.has_clashed = true } else { fork.ways.push((at + length, *node)) }
            }
        }
        fork
    }
}
