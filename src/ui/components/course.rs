//! The course as a dialog, and what stands below the ribbon when a lesson is told to its end.

use super::dialog::dialog;
use super::glossary::{glossary_button, terms};
use crate::ui::course::CourseMsg;
use crate::ui::markup::{Say, Tag, button, tag};
use crate::ui::measure::CompareMsg;
use crate::ui::message::{Dialog, Msg, ShowMsg};
use crate::view::course::{Group, Line, Onwards, Outline, Pair, State};

/// The dialog.
#[derive(PartialEq)]
pub(crate) struct CourseShown {
    pub(crate) outline: Outline,
    /// The lesson that is open.
    pub(crate) here: Option<&'static str>,
    /// What the browser kept was no progress.
    pub(crate) is_refused: bool,
    pub(crate) is_reset_asked: bool,
}

/// What comes after a lesson.
#[derive(PartialEq)]
pub(crate) struct LessonEnd {
    /// What to try with one's own hands.
    pub(crate) to_try: &'static str,
    /// The broken or fixed counterpart.
    pub(crate) pair: Option<Pair>,
    /// Words of the way to both beside each other.
    pub(crate) beside: Option<String>,
    /// The next lesson: its id and title.
    pub(crate) next: Option<(&'static str, &'static str)>,
}

/// The dialog with all lessons.
pub(super) fn course(shown: &CourseShown, say: &Say) -> Tag {
    let outline = &shown.outline;
    let refused = shown.is_refused.then(|| {
        let text =
            "What this browser had kept of the course could not be read. The course starts anew; the next step you take replaces it.";
        tag("p").class("notice").set("role", "status").testid("course-refused").text(text)
    });
    let told = tag("p").class("course-told").testid("course-told").text(outline.told.clone());
    let head = tag("div").class("course-head").child(onwards(outline, say)).child(glossary_button(say)).child(told);
    let groups = outline.groups.iter().map(|group| self::group(group, shown.here, say));
    let body = tag("div")
        .maybe(refused)
        .child(head)
        .child(tag("div").class("entry-groups").children(groups))
        .child(tag("div").class("course-reset").maybe(outline.is_begun.then(|| reset(shown.is_reset_asked, say))));
    dialog("The course", "course-dialog", body, say)
}

fn onwards(outline: &Outline, say: &Say) -> Tag {
    let Some(Onwards { entry, told }) = &outline.onwards else {
        return tag("p").text("You have done every lesson. Each stays open.");
    };
    let label = if outline.is_begun { format!("Continue: {told}") } else { format!("Begin: {told}") };
    button("button button-main course-onwards")
        .on_click(say, Msg::Course(CourseMsg::Open(entry.id)))
        .flag("autofocus", true)
        .testid("course-onwards")
        .text(label)
}

fn group(group: &Group, here: Option<&'static str>, say: &Say) -> Tag {
    let told = tag("span").class("quiet").text(group.told.clone());
    let head = tag("div").class("course-group").child(tag("h3").text(group.title)).child(told);
    let lessons = tag("ol").class("entries").children(group.lessons.iter().map(|line| lesson(line, here, say)));
    tag("section").key(group.title).class("entry-group").child(head).child(lessons)
}

fn lesson(line: &Line, here: Option<&'static str>, say: &Say) -> Tag {
    let Line { entry, number, state, told } = line;
    let is_here = here == Some(entry.id);
    let open = button(if is_here { "entry entry-chosen lesson" } else { "entry lesson" });
    let open = if is_here { open.set("aria-current", "true") } else { open };
    let done = (*state == State::Done).then(|| tag("span").set("aria-hidden", "true").text("✓ "));
    let told = tag("span").class(format!("lesson-told lesson-{}", state.id())).maybe(done).child(tag("span").text(told.clone()));
    let open = open
        .on_click(say, Msg::Course(CourseMsg::Open(entry.id)))
        .set("data-state", state.id())
        .testid(format!("lesson-{}", entry.id))
        .child(tag("span").class("lesson-number").text(number.to_string()))
        .child(tag("strong").text(entry.title))
        .child(told)
        .child(tag("span").class("entry-summary").text(entry.summary));
    tag("li").key(entry.id).child(open)
}

fn reset(is_asked: bool, say: &Say) -> Tag {
    let wish = |label: &'static str, testid: &'static str, msg| button("button").on_click(say, Msg::Course(msg)).testid(testid).text(label);
    if !is_asked {
        let words = tag("p").class("quiet").text("How far you are is kept in this browser and sent nowhere.");
        let ask = wish("Forget my progress…", "course-reset", CourseMsg::AskReset(true));
        return tag("div").key("quiet").class("course-line").child(words).child(ask);
    }
    let words = tag("p").set("role", "status").text("Forget which lessons are done and what was predicted?");
    let yes = wish("Forget it", "course-reset-yes", CourseMsg::Reset);
    let no = wish("Keep it", "course-reset-no", CourseMsg::AskReset(false));
    tag("div").key("asked").class("course-line").child(words).child(yes).child(no)
}

/// The way to the course.
pub(super) fn course_button(testid: &'static str, say: &Say) -> Tag {
    let open = button("button").on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Course)));
    open.testid(testid).text("As a course, with your progress")
}

/// The hand-over: something to try, the other half of the pair, the next lesson.
pub(super) fn lesson_end(end: &LessonEnd, say: &Say) -> Tag {
    let to_try = tag("p").class("lesson-try").testid("lesson-try").child(tag("strong").text("Now you. ")).child(terms(end.to_try, say));
    let pair = end.pair.as_ref().map(|pair| {
        let switch = button("button").on_click(say, Msg::Course(CourseMsg::Variant(pair.variant)));
        switch.set("data-variant", pair.variant).testid("lesson-pair").text(pair.label.clone())
    });
    let next = match end.next {
        Some((id, title)) => {
            let open = button("button").on_click(say, Msg::Course(CourseMsg::Open(id)));
            open.testid("lesson-onwards").text(format!("Next lesson: {title}"))
        }
        None => tag("span").class("quiet").text("This was the last lesson."),
    };
    let course = button("button").on_click(say, Msg::Show(ShowMsg::Dialog(Dialog::Course))).testid("lesson-course").text("The course");
    let beside = end
        .beside
        .as_ref()
        .map(|words| button("button").on_click(say, CompareMsg::Pair.into()).testid("lesson-beside").text(words.clone()));
    let ways = tag("div").class("lesson-ways").maybe(pair).maybe(beside).child(next).child(course);
    tag("div").key("end").class("lesson-end").testid("lesson-end").child(to_try).child(ways)
}
