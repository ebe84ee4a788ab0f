//! The general search (Wing & Gong, "Testing and verifying concurrent objects", 1993) in just-in-time form with a memo
//! (Lowe, "Testing for linearizability", 2017, section 4).
//!
//! Events are replayed in order. A *place* is an event with a configuration: the state, and which open operations have
//! taken effect. An operation takes effect only when some close demands it, so that places differ by open operations
//! alone. A set of visited places cuts branches that meet again. Six more cuts, all of them exchanges in a linearization:
//!
//! - what only observes takes effect as soon as the state allows it;
//! - of operations with equal effects the one that closes first goes first;
//! - *hiding*: a plain write, with reads of its value, can be put directly before a later plain write, which
//!   erases its trace, afterwards. `cover` is when the last plain write took effect: what was invoked before that can be
//!   hidden before it, and two plain writes need never follow one another directly;
//! - an append can be put before a later plain write in the same way, whatever the state there;
//! - with appends only, a state must agree with the longest text that anyone read;
//! - a text that begins no text read is *spent*: nobody will see it, so that all such states are one, and an append that spends
//!   the text waits until its own close demands it.

use super::super::{Budget, OUT_OF_TIME};
use super::shown::Shown;
use super::task::{Effect, INITIAL, SPENT, Step, Symbol, Symbols, Task};
use crate::limits;
use std::collections::{BTreeMap, BTreeSet};

/// How a search ended.
pub(super) enum End {
    Linearizable,
    /// Nothing explains the events up to this line.
    Stuck {
        line: u32,
    },
    Undecided(String),
}

/// Number of a step.
type StepId = u32;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Config {
    state: Vec<Symbol>,
    /// Steps that have taken effect and are still open, in order.
    done: Vec<StepId>,
    /// The line at which the last plain write took effect.
    cover: u32,
}

#[derive(Clone, Copy)]
struct Event {
    line: u32,
    step: StepId,
    is_close: bool,
}

struct Search<'t> {
    steps: &'t [Step],
    symbols: Symbols,
    events: Vec<Event>,
    /// At each close: the steps that are open there and will close.
    open: Vec<Vec<StepId>>,
    /// Steps that never close.
    endless: Vec<StepId>,
    /// With appends: the texts read.
    shown: Option<Shown>,
    can_hide: bool,
    seen: Vec<BTreeSet<Config>>,
    stack: Vec<(usize, Config)>,
    seen_count: usize,
    stuck_line: u32,
    tick_count: u32,
}

pub(super) fn run(task: &Task, budget: &mut Budget<'_>) -> End {
    let Some(mut search) = Search::new(task) else {
        return End::Undecided("too many operations overlap".to_owned());
    };
    search.stack.push((0, Config { state: vec![INITIAL; task.slot_count], done: Vec::new(), cover: 0 }));
    while let Some((event, config)) = search.stack.pop() {
        match search.advance(event, config, budget) {
            Advance::Reached => return End::Linearizable,
            Advance::Branched => {}
            Advance::OutOfTime => return End::Undecided(OUT_OF_TIME.to_owned()),
        }
        if search.seen_count > limits::MAX_SEARCH_PLACES {
            return End::Undecided(format!("the search has more than {} places", limits::MAX_SEARCH_PLACES));
        }
    }
    End::Stuck { line: search.stuck_line }
}

enum Advance {
    Reached,
    Branched,
    OutOfTime,
}

impl<'t> Search<'t> {
    fn new(task: &'t Task) -> Option<Self> {
        let events = events(&task.steps);
        let open = open_at_closes(&task.steps, &events)?;
        let endless = (0..task.steps.len() as StepId).filter(|step| task.steps[*step as usize].closed.is_none()).collect();
        Some(Self {
            steps: &task.steps,
            symbols: task.symbols.clone(),
            seen: vec![BTreeSet::new(); events.len() + 1],
            events,
            open,
            endless,
            shown: Shown::of(task),
            can_hide: task.slot_count == 1,
            stack: Vec::new(),
            seen_count: 0,
            stuck_line: 0,
            tick_count: 0,
        })
    }

    fn may_go_on(&mut self, budget: &mut Budget<'_>) -> bool {
        self.tick_count = self.tick_count.wrapping_add(1);
        !self.tick_count.is_multiple_of(256) || budget()
    }

    /// Replays events from a place until a close leaves a choice.
    fn advance(&mut self, mut index: usize, mut config: Config, budget: &mut Budget<'_>) -> Advance {
        while let Some(event) = self.events.get(index).copied() {
            if !self.may_go_on(budget) {
                return Advance::OutOfTime;
            }
            let effect = &self.steps[event.step as usize].effect;
            if !event.is_close {
                if effect.is_observer() && agrees(effect, &config.state) {
                    insert(&mut config.done, event.step);
                }
            } else if !remove(&mut config.done, event.step) {
                return self.branch(index, &config, budget);
            }
            index += 1;
        }
        Advance::Reached
    }

    /// The step closes without having taken effect: every way in which it still can.
    fn branch(&mut self, index: usize, config: &Config, budget: &mut Budget<'_>) -> Advance {
        let event = self.events[index];
        let mut ways = Vec::new();
        if !self.take_effect(index, config, &mut ways, budget) {
            return Advance::OutOfTime;
        }
        self.hide(index, config, &mut ways);
        if ways.is_empty() {
            self.stuck_line = self.stuck_line.max(event.line);
        }
        for mut way in ways {
            remove(&mut way.done, event.step);
            self.forget_cover(index, &mut way);
            if self.seen[index + 1].insert(way.clone()) {
                self.seen_count += 1;
                self.stack.push((index + 1, way));
            }
        }
        Advance::Branched
    }

    /// A cover that hides nothing open says nothing: without it more places are equal.
    fn forget_cover(&self, index: usize, config: &mut Config) {
        let candidates = self.open[index].iter().chain(&self.endless);
        let waiting = candidates.filter(|step| !contains(&config.done, **step)).map(|step| self.steps[*step as usize].invoked);
        config.cover = waiting.filter(|invoked| *invoked < config.cover).max().map_or(0, |invoked| invoked + 1);
    }

    /// Sequences of effects that end with the one demanded.
    fn take_effect(&mut self, index: usize, config: &Config, ways: &mut Vec<Config>, budget: &mut Budget<'_>) -> bool {
        let demanded = self.events[index].step;
        let mut visited = BTreeSet::new();
        let mut waiting = vec![(config.clone(), false)];
        while let Some((config, after_write)) = waiting.pop() {
            if !self.may_go_on(budget) || visited.len() > limits::MAX_SEARCH_PLACES {
                return false;
            }
            for step in self.movers(index, &config) {
                let is_write = matches!(self.steps[step as usize].effect, Effect::Write(..));
                if is_write && after_write && self.can_hide {
                    continue;
                }
                let Some(next) = self.applied(index, &config, step) else { continue };
                if step != demanded && self.can_hide && self.spends(step, &next) {
                    continue;
                }
                if contains(&next.done, demanded) {
                    ways.push(next);
                } else if visited.insert((next.clone(), is_write)) {
                    waiting.push((next, is_write));
                }
            }
        }
        true
    }

    /// What can change the state: of equal effects the one that closes first.
    fn movers(&self, index: usize, config: &Config) -> Vec<StepId> {
        let line = self.events[index].line;
        self.first_of_equals(index, |id, step| !step.effect.is_observer() && step.invoked < line && !contains(&config.done, id))
    }

    fn first_of_equals(&self, index: usize, is_wanted: impl Fn(StepId, &Step) -> bool) -> Vec<StepId> {
        let mut first: BTreeMap<(u8, usize, Symbol, Symbol), StepId> = BTreeMap::new();
        for id in self.open[index].iter().chain(&self.endless).copied() {
            let step = &self.steps[id as usize];
            if !is_wanted(id, step) {
                continue;
            }
            let end = |id: StepId| self.steps[id as usize].closed.unwrap_or(u32::MAX);
            let chosen = first.entry(kind(&step.effect)).or_insert(id);
            if end(id) < end(*chosen) {
                *chosen = id;
            }
        }
        first.into_values().collect()
    }

    /// The configuration after this step; `None` where the state does not allow it.
    fn applied(&mut self, index: usize, config: &Config, id: StepId) -> Option<Config> {
        let mut next = config.clone();
        match self.steps[id as usize].effect {
            Effect::Write(slot, value) => {
                next.state[slot] = self.shown.as_ref().map_or(value, |shown| shown.put(slot, value, &self.symbols));
                next.cover = self.events[index].line;
            }
            Effect::Cas(slot, old, new) if next.state[slot] == old => next.state[slot] = new,
            Effect::Append(slot, text) => {
                let appended = self.shown.as_ref().and_then(|shown| shown.appended(slot, next.state[slot], text, &mut self.symbols));
                let Some(appended) = appended else {
                    // A later read says so, perhaps the last.
                    self.stuck_line = u32::MAX;
                    return None;
                };
                next.state[slot] = appended;
            }
            Effect::Cas(..) | Effect::Shows(_) | Effect::Differs(..) => return None,
        }
        insert(&mut next.done, id);
        for open in &self.open[index] {
            let effect = &self.steps[*open as usize].effect;
            if effect.is_observer() && agrees(effect, &next.state) {
                insert(&mut next.done, *open);
            }
        }
        Some(next)
    }

    /// Whether this append left a text that nobody reads.
    fn spends(&self, step: StepId, after: &Config) -> bool {
        matches!(self.steps[step as usize].effect, Effect::Append(slot, _) if after.state[slot] == SPENT)
    }

    /// The demanded step, a read with a plain write of its value, directly before the last plain write.
    fn hide(&self, index: usize, config: &Config, ways: &mut Vec<Config>) {
        let demanded = self.events[index].step;
        let step = &self.steps[demanded as usize];
        let is_covered = |step: &Step| step.invoked < config.cover;
        if !self.can_hide || !is_covered(step) {
            return;
        }
        let writes = match &step.effect {
            Effect::Write(..) => vec![demanded],
            Effect::Append(..) => {
                let mut way = config.clone();
                insert(&mut way.done, demanded);
                return ways.push(way);
            }
            Effect::Shows(_) | Effect::Differs(..) => self.first_of_equals(index, |id, write| {
                let shows = matches!(write.effect, Effect::Write(_, value) if agrees(&step.effect, &[value]));
                shows && is_covered(write) && !contains(&config.done, id)
            }),
            Effect::Cas(..) => return,
        };
        for write in writes {
            let Effect::Write(_, value) = self.steps[write as usize].effect else { continue };
            let mut way = config.clone();
            insert(&mut way.done, write);
            for open in &self.open[index] {
                let read = &self.steps[*open as usize];
                if read.effect.is_observer() && is_covered(read) && agrees(&read.effect, &[value]) {
                    insert(&mut way.done, *open);
                }
            }
            ways.push(way);
        }
    }
}

/// Equal for equal effects of those that change the state.
fn kind(effect: &Effect) -> (u8, usize, Symbol, Symbol) {
    match effect {
        Effect::Write(slot, value) => (0, *slot, *value, 0),
        Effect::Cas(slot, old, new) => (1, *slot, *old, *new),
        Effect::Append(slot, text) => (2, *slot, *text, 0),
        Effect::Shows(_) | Effect::Differs(..) => (3, 0, 0, 0),
    }
}

fn agrees(effect: &Effect, state: &[Symbol]) -> bool {
    match effect {
        Effect::Shows(values) => values.iter().all(|(slot, value)| state[*slot] == *value),
        Effect::Differs(slot, value) => state[*slot] != *value,
        Effect::Write(..) | Effect::Cas(..) | Effect::Append(..) => false,
    }
}

fn events(steps: &[Step]) -> Vec<Event> {
    let mut events = Vec::new();
    for (step, id) in steps.iter().zip(0..) {
        events.push(Event { line: step.invoked, step: id, is_close: false });
        events.extend(step.closed.map(|line| Event { line, step: id, is_close: true }));
    }
    events.sort_unstable_by_key(|event| (event.line, event.step, event.is_close));
    events
}

/// `None`: more than can be held.
fn open_at_closes(steps: &[Step], events: &[Event]) -> Option<Vec<Vec<StepId>>> {
    let mut open: Vec<StepId> = Vec::new();
    let mut total = 0;
    let mut at_closes = Vec::new();
    for event in events {
        if !event.is_close && steps[event.step as usize].closed.is_some() {
            open.push(event.step);
        }
        at_closes.push(if event.is_close { open.clone() } else { Vec::new() });
        if event.is_close {
            total += open.len();
            open.retain(|step| *step != event.step);
        }
        if total > limits::MAX_SEARCH_PLACES {
            return None;
        }
    }
    Some(at_closes)
}

fn contains(sorted: &[StepId], step: StepId) -> bool {
    sorted.binary_search(&step).is_ok()
}

fn insert(sorted: &mut Vec<StepId>, step: StepId) {
    if let Err(place) = sorted.binary_search(&step) {
        sorted.insert(place, step);
    }
}

fn remove(sorted: &mut Vec<StepId>, step: StepId) -> bool {
    sorted.binary_search(&step).map(|place| sorted.remove(place)).is_ok()
}
