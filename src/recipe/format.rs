//! How values are written and read, whatever the format: each type lists its fields once (`shapes.rs`), and formats
//! stand behind [`Writer`] and [`Reader`], so that a type is compiled once for all of them. Knows no type of a recipe.

use std::sync::Arc;

/// What cannot be read, and where.
#[derive(Debug)]
pub(super) struct Problem(Box<(Place, String)>);

/// The fields at the end of a recipe, in their order: in bytes each is there if anything is left. The variants are a field
/// of their own in bytes alone.
pub(super) const LAST: [&str; 3] = ["branches", "compare", "variants"];

/// Line and column, from 1; unknown in bytes.
pub(super) type Place = (usize, usize);

impl Problem {
    pub(super) fn new(place: Place, what: String) -> Self {
        Self(Box::new((place, what)))
    }

    pub(super) fn into_parts(self) -> (Place, String) {
        *self.0
    }
}

/// A format in which values are written.
pub(super) trait Writer {
    /// Whether people read it.
    fn is_for_people(&self) -> bool;
    fn number(&mut self, number: u64);
    fn signed(&mut self, number: i64);
    fn flag(&mut self, flag: bool);
    fn text(&mut self, text: &str);
    /// Whether an optional value follows.
    fn option(&mut self, is_some: bool);
    fn list(&mut self, count: usize);
    /// The next item of a list follows.
    fn item(&mut self);
    fn end_list(&mut self);
    fn record(&mut self);
    /// The field of a record with this name follows.
    fn field(&mut self, name: &'static str);
    fn end_record(&mut self);
    /// One of `names` was chosen; what belongs to it follows unless it `is_bare`.
    fn choice(&mut self, names: &[&'static str], name: &'static str, is_bare: bool);
    fn end_choice(&mut self, is_bare: bool);
}

/// A format from which values are read. What a method enters is left again by [`Reader::leave`].
pub(super) trait Reader {
    /// Whether people read it.
    fn is_for_people(&self) -> bool;
    /// A number up to `most`.
    fn number(&mut self, most: u64) -> Result<u64, Problem>;
    fn signed(&mut self) -> Result<i64, Problem>;
    fn flag(&mut self) -> Result<bool, Problem>;
    fn text(&mut self) -> Result<String, Problem>;
    /// Whether an optional value follows.
    fn option(&mut self) -> Result<bool, Problem>;
    /// The number of items, as claimed.
    fn list(&mut self) -> Result<u64, Problem>;
    /// Enters an item of the list.
    fn item(&mut self, index: u64) -> Result<(), Problem>;
    /// Refuses fields of a record beside these.
    fn only(&mut self, names: &[&'static str]) -> Result<(), Problem>;
    /// Enters a field of a record; `false` when it is not there.
    fn field(&mut self, name: &'static str) -> Result<bool, Problem>;
    /// Enters what belongs to the one of `names` that was chosen.
    fn choice(&mut self, names: &[&'static str]) -> Result<&'static str, Problem>;
    fn leave(&mut self);
    /// A problem with what is being read.
    fn problem(&self, what: String) -> Problem;
}

/// A value that can be written and read.
pub(super) trait Shape: Sized {
    fn write(&self, to: &mut dyn Writer);
    fn read(from: &mut dyn Reader) -> Result<Self, Problem>;
    /// What stands for a field that is not there, if it may be missing.
    fn absent() -> Option<Self> {
        None
    }
}

/// Writes a field of a record.
pub(super) fn write_field(to: &mut dyn Writer, name: &'static str, value: &impl Shape) {
    to.field(name);
    value.write(to);
}

/// Reads a field that must be there, unless its type says what stands for it.
pub(super) fn field<T: Shape>(from: &mut dyn Reader, name: &'static str) -> Result<T, Problem> {
    let found = optional_field(from, name)?.or_else(T::absent);
    found.ok_or_else(|| missing(from, name))
}

/// Reads a field that may be missing where there is a default for it.
pub(super) fn field_or<T: Shape>(from: &mut dyn Reader, name: &'static str, default: Option<T>) -> Result<T, Problem> {
    let found = optional_field(from, name)?.or_else(T::absent).or(default);
    found.ok_or_else(|| missing(from, name))
}

/// Reads a field that may be missing.
pub(super) fn optional_field<T: Shape>(from: &mut dyn Reader, name: &'static str) -> Result<Option<T>, Problem> {
    if !from.field(name)? {
        return Ok(None);
    }
    let value = T::read(from)?;
    from.leave();
    Ok(Some(value))
}

fn missing(from: &dyn Reader, name: &'static str) -> Problem {
    from.problem(format!("missing field `{name}`"))
}

/// Names, quoted: "`a`, `b`".
pub(super) fn quoted(names: &[&'static str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Gives structs their fields, in the order of the link. Fields may only be missing where a default is given: `field = value`.
macro_rules! record {
    ($type:ty { $($field:ident $(= $default:expr)?),* $(,)? }) => {
        impl Shape for $type {
            fn write(&self, to: &mut dyn Writer) {
                to.record();
                $(write_field(to, stringify!($field), &self.$field);)*
                to.end_record();
            }

            fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
                from.only(&[$(stringify!($field)),*])?;
                Ok(Self { $($field: field_or(from, stringify!($field), none_or!($($default)?))?),* })
            }
        }
    };
}

macro_rules! none_or {
    () => {
        None
    };
    ($default:expr) => {
        Some($default)
    };
}

/// Gives enums the names of their variants, in the order of the link, with what belongs to each.
macro_rules! choice {
    ($type:ident { $($name:literal => $variant:ident $({ $($field:ident),* })? $(( $inner:ident ))?),* $(,)? }) => {
        impl Shape for $type {
            fn write(&self, to: &mut dyn Writer) {
                const NAMES: &[&str] = &[$($name),*];
                match self {
                    $(Self::$variant $({ $($field),* })? $(( $inner ))? => {
                        const IS_BARE: bool = is_bare!($($($field)*)? $($inner)?);
                        to.choice(NAMES, $name, IS_BARE);
                        $(
                            to.record();
                            $(write_field(to, stringify!($field), $field);)*
                            to.end_record();
                        )?
                        $($inner.write(to);)?
                        to.end_choice(IS_BARE);
                    })*
                }
            }

            fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
                const NAMES: &[&str] = &[$($name),*];
                let name = from.choice(NAMES)?;
                $(if name == $name {
                    $(let $inner = Shape::read(from)?;)?
                    let chosen = Self::$variant $({ $($field: field(from, stringify!($field))?),* })? $(( $inner ))?;
                    from.leave();
                    return Ok(chosen);
                })*
                Err(from.problem(format!("unknown variant `{name}`")))
            }
        }
    };
}

macro_rules! is_bare {
    () => {
        true
    };
    ($($content:ident)+) => {
        false
    };
}

/// Structs around one value are written as that value.
macro_rules! wrapper {
    ($($type:ident),*) => {
        $(impl Shape for $type {
            fn write(&self, to: &mut dyn Writer) {
                self.0.write(to);
            }

            fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
                Shape::read(from).map(Self)
            }
        })*
    };
}

pub(super) use {choice, is_bare, none_or, record, wrapper};

macro_rules! number {
    ($($type:ty),*) => {
        $(impl Shape for $type {
            fn write(&self, to: &mut dyn Writer) {
                to.number(u64::from(*self));
            }

            fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
                from.number(u64::from(Self::MAX)).map(|number| number as Self)
            }
        })*
    };
}

number!(u8, u16, u32, u64);

impl Shape for i64 {
    fn write(&self, to: &mut dyn Writer) {
        to.signed(*self);
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        from.signed()
    }
}

impl Shape for bool {
    fn write(&self, to: &mut dyn Writer) {
        to.flag(*self);
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        from.flag()
    }
}

impl Shape for String {
    fn write(&self, to: &mut dyn Writer) {
        to.text(self);
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        from.text()
    }
}

impl Shape for Arc<str> {
    fn write(&self, to: &mut dyn Writer) {
        to.text(self);
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        from.text().map(Self::from)
    }
}

impl<T: Shape> Shape for Option<T> {
    fn write(&self, to: &mut dyn Writer) {
        to.option(self.is_some());
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        if from.option()? { T::read(from).map(Some) } else { Ok(None) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn write(&self, to: &mut dyn Writer) {
        to.list(self.len());
        for item in self {
            to.item();
            item.write(to);
        }
        to.end_list();
    }

    /// Reserves nothing on a claim: every item takes at least one byte of what was sent.
    fn read(from: &mut dyn Reader) -> Result<Self, Problem> {
        let mut items = Self::new();
        for index in 0..from.list()? {
            from.item(index)?;
            items.push(T::read(from)?);
            from.leave();
        }
        Ok(items)
    }
}
