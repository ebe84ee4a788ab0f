//! Elements put together by plain calls, so that each attribute of the page costs one call and not a copy of what
//! Yew's macro expands to. Knows nothing of what the page shows.

use super::message::Msg;
use std::rc::Rc;
use web_sys::Event;
use yew::virtual_dom::{Key, Listener, ListenerKind, VTag, VText};
use yew::{AttrValue, Callback, Html, NodeRef};

/// Events that an element can listen to.
#[derive(Clone, Copy)]
pub(crate) enum On {
    Cancel,
    Change,
    Click,
    Input,
    KeyDown,
    PointerCancel,
    PointerDown,
    PointerMove,
    PointerUp,
    Submit,
}

/// Where wishes go.
pub(crate) type Say = Callback<Msg>;

/// An element in the making.
pub(crate) struct Tag(Box<VTag>);

/// An element without attributes.
pub(crate) fn tag(name: &'static str) -> Tag {
    Tag(Box::new(VTag::new(name)))
}

/// A button that submits nothing.
pub(crate) fn button(class: &'static str) -> Tag {
    tag("button").set("type", "button").class(class)
}

impl Tag {
    /// Gives it an attribute.
    pub(crate) fn set(self, name: &'static str, value: impl Into<AttrValue>) -> Self {
        self.put(name, value.into())
    }

    /// Gives it an attribute without a value of its own, such as `disabled`.
    pub(crate) fn flag(self, name: &'static str, is_set: bool) -> Self {
        if is_set { self.put(name, AttrValue::Static(name)) } else { self }
    }

    /// Gives it an attribute that says "true" or "false".
    pub(crate) fn state(self, name: &'static str, is_true: bool) -> Self {
        self.put(name, AttrValue::Static(if is_true { "true" } else { "false" }))
    }

    /// Gives it a number as an attribute.
    pub(crate) fn number(self, name: &'static str, number: impl Into<u64>) -> Self {
        self.put(name, number.into().to_string().into())
    }

    /// Names its classes.
    pub(crate) fn class(self, names: impl Into<AttrValue>) -> Self {
        self.put("class", names.into())
    }

    /// Names it for tests.
    pub(crate) fn testid(self, name: impl Into<AttrValue>) -> Self {
        self.put("data-testid", name.into())
    }

    fn put(mut self, name: &'static str, value: AttrValue) -> Self {
        self.0.add_attribute(name, value);
        self
    }

    /// Tells it from its siblings.
    pub(crate) fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Lets `node` find it on the page.
    pub(crate) fn refer(mut self, node: &NodeRef) -> Self {
        self.0.node_ref = node.clone();
        self
    }

    /// What stands in a field. It replaces what was typed whenever the field is drawn.
    pub(crate) fn value(mut self, value: impl Into<AttrValue>) -> Self {
        self.0.set_value(Some(value.into()));
        self
    }

    /// Whether a box is ticked.
    pub(crate) fn checked(mut self, is_checked: bool) -> Self {
        self.0.set_checked(is_checked);
        self
    }

    /// Adds text.
    pub(crate) fn text(self, text: impl Into<AttrValue>) -> Self {
        self.add(VText::new(text.into()).into())
    }

    /// Adds an element.
    pub(crate) fn child(self, child: impl Into<Html>) -> Self {
        self.add(child.into())
    }

    /// Adds an element, or keeps its place, so that its siblings stay the elements that they were.
    pub(crate) fn maybe(self, child: Option<Self>) -> Self {
        self.add(child.map_or_else(Html::default, Html::from))
    }

    /// Adds elements.
    pub(crate) fn children<T: Into<Html>>(self, children: impl IntoIterator<Item = T>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    fn add(mut self, child: Html) -> Self {
        self.0.add_child(child);
        self
    }

    /// A click says `msg`.
    pub(crate) fn on_click(self, say: &Say, msg: Msg) -> Self {
        self.listen(On::Click, Wish::Always(say.clone(), msg))
    }

    /// An event says what `meaning` finds in it, if anything.
    pub(crate) fn on(self, event: On, say: &Say, meaning: impl Fn(&Event) -> Option<Msg> + 'static) -> Self {
        self.listen(event, Wish::Found(say.clone(), Box::new(meaning)))
    }

    fn listen(mut self, event: On, wish: Wish) -> Self {
        self.0.add_listener(Rc::new(Ear { event, wish }));
        self
    }
}

impl From<Tag> for Html {
    fn from(tag: Tag) -> Self {
        (*tag.0).into()
    }
}

struct Ear {
    event: On,
    wish: Wish,
}

enum Wish {
    Always(Say, Msg),
    Found(Say, Box<Meaning>),
}

type Meaning = dyn Fn(&Event) -> Option<Msg>;

impl Listener for Ear {
    fn kind(&self) -> ListenerKind {
        match self.event {
            On::Cancel => ListenerKind::oncancel,
            On::Change => ListenerKind::onchange,
            On::Click => ListenerKind::onclick,
            On::Input => ListenerKind::oninput,
            On::KeyDown => ListenerKind::onkeydown,
            On::PointerCancel => ListenerKind::onpointercancel,
            On::PointerDown => ListenerKind::onpointerdown,
            On::PointerMove => ListenerKind::onpointermove,
            On::PointerUp => ListenerKind::onpointerup,
            On::Submit => ListenerKind::onsubmit,
        }
    }

    fn handle(&self, event: Event) {
        match &self.wish {
            Wish::Always(say, msg) => say.emit(msg.clone()),
            Wish::Found(say, meaning) => {
                if let Some(msg) = meaning(&event) {
                    say.emit(msg);
                }
            }
        }
    }

    fn passive(&self) -> bool {
        false
    }
}
