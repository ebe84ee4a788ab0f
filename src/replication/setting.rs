//! Settings: the named numbers that a strategy (or the simulation) is set to. A setting describes itself, so that
//! recipes, the command line and the page know its range and its words without knowing who reads it.

use super::time::SimDuration;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in recipes and on the command line.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, in a sentence; with the names of real systems where they have it.
    pub meaning: &'static str,
    /// What it counts, and its range.
    pub kind: Kind,
    /// Its value when nothing is said.
    pub default: u64,
}

/// What a setting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number {
        /// Of what.
        unit: Unit,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
    /// On (1) or off (0).
    Flag,
    /// One of these names, by position.
    Choice(&'static [&'static str]),
}

/// Units of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Hundredths.
    Percent,
    /// The number of a site, from 1; 0 is none.
    Site,
}

/// A value that does not fit a setting or a cluster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct Misfit {
    /// Key of the setting, or `sites` where the cluster itself does not fit.
    pub setting: &'static str,
    /// What is wrong.
    pub problem: String,
}

impl Misfit {
    /// An error about `setting`.
    #[must_use]
    pub fn new(setting: &'static str, problem: impl Into<String>) -> Self {
        Self { setting, problem: problem.into() }
    }
}

impl Setting {
    /// A count between `least` and `most`.
    #[must_use]
    pub const fn count(key: &'static str, title: &'static str, meaning: &'static str, range: (u64, u64), default: u64) -> Self {
        let (least, most) = range;
        Self { key, title, meaning, kind: Kind::Number { unit: Unit::Count, least, most }, default }
    }

    /// A time in milliseconds between `least` and `most`.
    #[must_use]
    pub const fn ms(key: &'static str, title: &'static str, meaning: &'static str, range: (u64, u64), default: u64) -> Self {
        let (least, most) = range;
        Self { key, title, meaning, kind: Kind::Number { unit: Unit::Ms, least, most }, default }
    }

    /// A time in microseconds between `least` and `most`.
    #[must_use]
    pub const fn us(key: &'static str, title: &'static str, meaning: &'static str, range: (u64, u64), default: u64) -> Self {
        let (least, most) = range;
        Self { key, title, meaning, kind: Kind::Number { unit: Unit::Us, least, most }, default }
    }

    /// On or off.
    #[must_use]
    pub const fn flag(key: &'static str, title: &'static str, meaning: &'static str, is_on: bool) -> Self {
        Self { key, title, meaning, kind: Kind::Flag, default: is_on as u64 }
    }

    /// One of `names`; the first is the default.
    #[must_use]
    pub const fn choice(key: &'static str, title: &'static str, meaning: &'static str, names: &'static [&'static str]) -> Self {
        Self { key, title, meaning, kind: Kind::Choice(names), default: 0 }
    }

    /// Whether `value` is in range.
    #[must_use]
    pub const fn allows(&self, value: u64) -> bool {
        match self.kind {
            Kind::Number { least, most, .. } => least <= value && value <= most,
            Kind::Flag => value <= 1,
            Kind::Choice(names) => value < names.len() as u64,
        }
    }

    /// What is allowed, in words.
    #[must_use]
    pub fn range(&self) -> String {
        match self.kind {
            Kind::Number { unit, least, most } => format!("between {least} and {most}{}", unit.suffix()),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice(names) => format!("one of {}", names.join(", ")),
        }
    }
}

impl Unit {
    /// What stands behind a number.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Count | Self::Site => "",
            Self::Us => " µs",
            Self::Ms => " ms",
            Self::Percent => " %",
        }
    }
}

/// Settings that differ from their defaults, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Dials(Vec<(&'static Setting, u64)>);

impl Dials {
    /// The value of a setting.
    #[must_use]
    pub fn get(&self, setting: &Setting) -> u64 {
        self.place(setting).map_or(setting.default, |index| self.0[index].1)
    }

    /// Whether a flag is on.
    #[must_use]
    pub fn is_on(&self, flag: &Setting) -> bool {
        self.get(flag) != 0
    }

    /// A time.
    #[must_use]
    pub fn duration(&self, setting: &Setting) -> SimDuration {
        let number = self.get(setting);
        match setting.kind {
            Kind::Number { unit: Unit::Us, .. } => SimDuration::from_us(number),
            _ => SimDuration::from_ms(number),
        }
    }

    /// The name of a choice.
    #[must_use]
    pub fn choice(&self, setting: &Setting) -> &'static str {
        let Kind::Choice(names) = setting.kind else { return "" };
        usize::try_from(self.get(setting)).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
    }

    /// Sets a setting; whether the value is allowed is judged by [`Dials::check`].
    pub fn set(&mut self, setting: &'static Setting, value: u64) {
        match self.place(setting) {
            Ok(index) if value == setting.default => {
                self.0.remove(index);
            }
            Ok(index) => self.0[index].1 = value,
            Err(_) if value == setting.default => {}
            Err(index) => self.0.insert(index, (setting, value)),
        }
    }

    /// The same with one setting set.
    #[must_use]
    pub fn with(mut self, setting: &'static Setting, value: u64) -> Self {
        self.set(setting, value);
        self
    }

    /// What differs from the defaults, sorted by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static Setting, u64)> + '_ {
        self.0.iter().copied()
    }

    /// Refuses values out of range.
    ///
    /// # Errors
    /// The first setting that is.
    pub fn check(&self) -> Result<(), Misfit> {
        match self.0.iter().find(|(setting, value)| !setting.allows(*value)) {
            Some((setting, value)) => Err(Misfit::new(setting.key, format!("{value} is not {}", setting.range()))),
            None => Ok(()),
        }
    }

    fn place(&self, setting: &Setting) -> Result<usize, usize> {
        self.0.binary_search_by(|(held, _)| held.key.cmp(setting.key))
    }
}

impl PartialEq for Dials {
    fn eq(&self, other: &Self) -> bool {
        let parts = |dials: &Self| dials.0.iter().map(|(setting, value)| (setting.key, *value)).collect::<Vec<_>>();
        parts(self) == parts(other)
    }
}

impl Eq for Dials {}

#[cfg(test)]
mod tests {
    use super::*;

    static FIRST: Setting = Setting::count("first", "", "", (1, 5), 2);
    static SECOND: Setting = Setting::ms("second", "", "", (0, 10), 4);
    static THIRD: Setting = Setting::choice("third", "", "", &["red", "green"]);

    #[test]
    fn only_what_differs_is_held() {
        let dials = Dials::default().with(&THIRD, 1).with(&FIRST, 3).with(&SECOND, 4);
        assert_eq!(dials.iter().map(|(setting, value)| (setting.key, value)).collect::<Vec<_>>(), [("first", 3), ("third", 1)]);
        assert_eq!((dials.get(&FIRST), dials.duration(&SECOND), dials.choice(&THIRD)), (3, SimDuration::from_ms(4), "green"));
        assert_eq!(dials.with(&FIRST, 2).with(&THIRD, 0), Dials::default());
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let problem = |dials: Dials| dials.check().map_err(|misfit| misfit.to_string());
        assert_eq!(problem(Dials::default().with(&FIRST, 6)), Err("first: 6 is not between 1 and 5".to_owned()));
        assert_eq!(problem(Dials::default().with(&THIRD, 2)), Err("third: 2 is not one of red, green".to_owned()));
        assert_eq!(problem(Dials::default().with(&FIRST, 5)), Ok(()));
    }
}
