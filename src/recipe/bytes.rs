//! Values as bytes, in the wire format of postcard 1: numbers in groups of seven bits, the least first, signed ones
//! in zigzag; lengths before texts and lists; the number of a variant before what belongs to it; no names.

use super::format::{LAST, Problem, Reader, Shape, Writer};
use crate::scenarios::index::IS_WHOLE;

/// A value as bytes.
pub(super) fn write(value: &impl Shape) -> Vec<u8> {
    let mut writer = BytesWriter(Vec::new());
    value.write(&mut writer);
    writer.0
}

/// The value at the beginning of `bytes`, and what follows it.
pub(super) fn read<T: Shape>(bytes: &[u8]) -> Result<(T, &[u8]), Problem> {
    let mut reader = BytesReader(bytes);
    let value = T::read(&mut reader)?;
    Ok((value, reader.0))
}

struct BytesWriter(Vec<u8>);

impl Writer for BytesWriter {
    fn is_for_people(&self) -> bool {
        false
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn option(&mut self, is_some: bool) {
        self.flag(is_some);
    }

    fn list(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn choice(&mut self, names: &[&'static str], name: &'static str, _is_bare: bool) {
        let index = names.iter().position(|one| *one == name);
        self.number(index.expect("the name is one of them") as u64);
    }

    fn item(&mut self) {}
    fn end_list(&mut self) {}
    fn record(&mut self) {}
    fn field(&mut self, _name: &'static str) {}
    fn end_record(&mut self) {}
    fn end_choice(&mut self, _is_bare: bool) {}
}

struct BytesReader<'a>(&'a [u8]);

impl BytesReader<'_> {
    fn byte(&mut self) -> Result<u8, Problem> {
        let (first, rest) = self.0.split_first().ok_or_else(|| damaged("it ends early"))?;
        self.0 = rest;
        Ok(*first)
    }
}

impl Reader for BytesReader<'_> {
    fn is_for_people(&self) -> bool {
        false
    }

    fn number(&mut self, most: u64) -> Result<u64, Problem> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let group = u64::from(byte & 0x7f);
            if group << shift >> shift != group {
                break;
            }
            number |= group << shift;
            if byte < 0x80 {
                return if number <= most { Ok(number) } else { Err(damaged("a number is too large")) };
            }
        }
        Err(damaged("a number has too many digits"))
    }

    fn signed(&mut self) -> Result<i64, Problem> {
        let number = self.number(u64::MAX)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn flag(&mut self) -> Result<bool, Problem> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(damaged("neither yes nor no")),
        }
    }

    fn text(&mut self) -> Result<String, Problem> {
        let length = usize::try_from(self.number(u64::MAX)?).ok();
        let (text, rest) = length.and_then(|length| self.0.split_at_checked(length)).ok_or_else(|| damaged("it ends early"))?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| damaged("a text is not UTF-8"))
    }

    fn option(&mut self) -> Result<bool, Problem> {
        self.flag()
    }

    fn list(&mut self) -> Result<u64, Problem> {
        self.number(u64::MAX)
    }

    fn item(&mut self, _index: u64) -> Result<(), Problem> {
        Ok(())
    }

    fn only(&mut self, _names: &[&'static str]) -> Result<(), Problem> {
        Ok(())
    }

    fn field(&mut self, name: &'static str) -> Result<bool, Problem> {
        Ok(!IS_WHOLE || !LAST.contains(&name) || !self.0.is_empty())
    }

    fn choice(&mut self, names: &[&'static str]) -> Result<&'static str, Problem> {
        let index = self.number(u64::MAX)?;
        let name = usize::try_from(index).ok().and_then(|index| names.get(index));
        name.copied().ok_or_else(|| damaged("an unknown variant"))
    }

    fn leave(&mut self) {}

    fn problem(&self, what: String) -> Problem {
        Problem::new((0, 0), what)
    }
}

fn damaged(what: &str) -> Problem {
    Problem::new((0, 0), what.to_owned())
}
