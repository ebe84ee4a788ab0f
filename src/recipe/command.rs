//! One command as JSON, for who gives commands by hand: the same form as in a recipe.

use super::{RecipeError, json_reader, json_text};
use crate::limits;
use crate::simulation::command::Command;

impl Command {
    /// Reads a command. Whether it fits a run is for that run to say.
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        if text.len() > limits::MAX_RECIPE_BYTES {
            return Err(RecipeError::TooLong { what: "command", unit: "bytes", length: text.len(), most: limits::MAX_RECIPE_BYTES });
        }
        Ok(json_reader::read(&json_text::parse(text)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::forms;

    #[test]
    fn the_example_of_every_form_is_a_command() {
        for form in forms::ALL {
            let command = Command::from_json(form.example);
            assert!(command.is_ok(), "{}: {command:?}", form.id);
        }
    }

    #[test]
    fn what_is_no_command_is_refused_with_its_place() {
        for (text, problem) in [
            ("", "line 1, column 1"),
            ("[]", "line 1, column 1"),
            ("{\"fly\": 1}", "unknown variant `fly`"),
            ("{\"node\": {\"node\": 70000, \"fault\": \"crash\"}}", "65535"),
        ] {
            let refused = Command::from_json(text).map_err(|error| error.to_string());
            assert!(refused.as_ref().is_err_and(|said| said.contains(problem)), "{text}: {refused:?}");
        }
    }
}
