//! A value that only the program with everything has: the first one carries neither it nor what drops and compares it.

use std::marker::PhantomData;

/// Perhaps a value; in the first program never.
pub struct Kept<T> {
    #[cfg(feature = "catalogue")]
    value: Option<T>,
    kind: PhantomData<T>,
}

#[cfg(feature = "catalogue")]
impl<T> Kept<T> {
    /// This value, or none.
    pub(crate) const fn new(value: Option<T>) -> Self {
        Self { value, kind: PhantomData }
    }

    /// The value.
    pub(crate) const fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value, which is gone then.
    pub(crate) const fn take(&mut self) -> Option<T> {
        self.value.take()
    }
}

#[cfg(not(feature = "catalogue"))]
impl<T> Kept<T> {
    pub(crate) fn new(_: Option<T>) -> Self {
        Self { kind: PhantomData }
    }

    #[expect(clippy::unused_self, reason = "as where it is kept")]
    pub(crate) const fn get(&self) -> Option<&T> {
        None
    }

    #[expect(clippy::unused_self, clippy::needless_pass_by_ref_mut, reason = "as where it is kept")]
    pub(crate) const fn take(&mut self) -> Option<T> {
        None
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self::new(None)
    }
}

impl<T: Clone> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self::new(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}
