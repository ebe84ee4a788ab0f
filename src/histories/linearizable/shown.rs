//! Which texts a search for an order needs: those that begin a text that somebody read.

use super::task::{Effect, INITIAL, SPENT, Symbol, Symbols, Task};

/// The texts read, where texts are appended.
pub(super) struct Shown {
    /// By slot, sorted by their texts.
    of_slot: Vec<Vec<Symbol>>,
    /// With appends only: the longest one. Every state must agree with it.
    longest: Option<Symbol>,
}

impl Shown {
    /// `None`: there are no appends.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let has = |kind: fn(&Effect) -> bool| task.steps.iter().any(|step| kind(&step.effect));
        if !has(|effect| matches!(effect, Effect::Append(..))) {
            return None;
        }
        let mut of_slot = vec![Vec::new(); task.slot_count];
        for step in &task.steps {
            if let Effect::Shows(values) = &step.effect {
                values.iter().for_each(|(slot, value)| of_slot[*slot].push(*value));
            }
        }
        for shown in &mut of_slot {
            shown.sort_by(|a, b| task.symbols.text(*a).cmp(task.symbols.text(*b)));
            shown.dedup();
        }
        let longest = of_slot[0].iter().copied().max_by_key(|value| task.symbols.text(*value).len()).unwrap_or(INITIAL);
        let only_appends =
            task.slot_count == 1 && !has(|effect| matches!(effect, Effect::Write(..) | Effect::Cas(..) | Effect::Differs(..)));
        Some(Self { of_slot, longest: only_appends.then_some(longest) })
    }

    /// The state after a plain write.
    pub(super) fn put(&self, slot: usize, value: Symbol, symbols: &Symbols) -> Symbol {
        if self.begins_one(slot, symbols.text(value), "", symbols) { value } else { SPENT }
    }

    /// The state after an append; `None`: the longest text read says otherwise.
    pub(super) fn appended(&self, slot: usize, state: Symbol, part: Symbol, symbols: &mut Symbols) -> Option<Symbol> {
        if state == SPENT {
            return Some(SPENT);
        }
        let (start, end) = (symbols.text(state), symbols.text(part));
        if let Some(longest) = self.longest {
            let longest = symbols.text(longest);
            let rest = longest.strip_prefix(start);
            let agrees = rest.map_or(start.starts_with(longest), |rest| rest.starts_with(end) || end.starts_with(rest));
            if !agrees {
                return None;
            }
        }
        let is_needed = self.begins_one(slot, start, end, symbols);
        Some(if is_needed { symbols.joined(state, part) } else { SPENT })
    }

    /// Whether some text read begins with these two.
    fn begins_one(&self, slot: usize, start: &str, end: &str, symbols: &Symbols) -> bool {
        let shown = &self.of_slot[slot];
        let bytes = || start.bytes().chain(end.bytes());
        let place = shown.partition_point(|value| symbols.text(*value).bytes().lt(bytes()));
        let first = shown.get(place).and_then(|value| symbols.text(*value).strip_prefix(start));
        first.is_some_and(|rest| rest.starts_with(end))
    }
}
