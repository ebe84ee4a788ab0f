//! What only the world outside of the simulation has: nothing at all in the page's first program, which knows the opening
//! scene alone and has to be small.

/// A value, or its absence in the page's first program.
#[cfg(not(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab"))))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside<T>(T);

/// Nothing, in place of a value.
#[cfg(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab")))]
#[derive(Debug, PartialEq, Eq)]
pub struct Outside<T>(std::marker::PhantomData<T>);

#[cfg(not(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab"))))]
impl<T> Outside<T> {
    /// The value, where there is one.
    pub fn new(make: impl FnOnce() -> T) -> Self {
        Self(make())
    }

    /// The value.
    pub const fn get(&self) -> Option<&T> {
        Some(&self.0)
    }

    /// The value, to change it.
    pub const fn get_mut(&mut self) -> Option<&mut T> {
        Some(&mut self.0)
    }
}

#[cfg(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab")))]
impl<T> Outside<T> {
    /// Nothing.
    pub fn new(_make: impl FnOnce() -> T) -> Self {
        Self(std::marker::PhantomData)
    }

    /// Nothing.
    pub const fn get(&self) -> Option<&T> {
        None
    }

    /// Nothing.
    pub const fn get_mut(&mut self) -> Option<&mut T> {
        None
    }
}

#[cfg(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab")))]
impl<T> Clone for Outside<T> {
    fn clone(&self) -> Self {
        Self(std::marker::PhantomData)
    }
}

#[cfg(all(feature = "ui", not(feature = "catalogue"), not(feature = "lab")))]
impl<T> Default for Outside<T> {
    fn default() -> Self {
        Self(std::marker::PhantomData)
    }
}
