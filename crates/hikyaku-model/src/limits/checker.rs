use super::{Count, Length, Problem, Segment, Steps, Violation, Violations};
use crate::{extra::Extra, word::Word};

/// A value for which LINE sets rules.
pub trait Check {
    /// Reports every broken rule of this value.
    fn check(&self, checker: &mut Checker);

    /// Checks all rules at once.
    ///
    /// # Errors
    /// At least one rule is broken. The error lists each with its JSON path below this value.
    fn validate(&self) -> Result<(), Violations> {
        let mut checker = Checker::default();
        self.check(&mut checker);
        checker.finish()
    }
}

/// The collector of broken rules: walks a value and records each problem with its path.
///
/// It does not allocate until it finds a problem.
#[derive(Debug, Default)]
pub struct Checker {
    /// While walking, each path has the innermost segment first: whether a segment is needed is only known on the way
    /// back.
    violations: Vec<Violation>,
    strict: bool,
    unknown_narrowing: bool,
    /// Whether it collects warnings instead of broken rules.
    warns: bool,
}

impl Checker {
    /// Creates a checker that also reports types and values that this version does not know.
    ///
    /// LINE adds values without notice, so [`Checker::default`] leaves unknown ones for LINE to judge. A simulator of
    /// today's LINE refuses them.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Creates a checker that collects warnings instead of broken rules.
    pub(crate) fn of_warnings() -> Self {
        Self { warns: true, ..Self::default() }
    }

    /// Allows keys, types and values that this version does not know in a narrowcast's recipient, filter and limit, and
    /// leaves them for LINE to judge.
    ///
    /// By default they are broken rules: LINE ignores a key that it does not know, so a misspelt filter would reach
    /// everybody. Call this for a key that is newer than this version.
    ///
    /// ```
    /// use hikyaku_model::{Check, Checker, audience::Filter};
    ///
    /// let filter: Filter = serde_json::from_str(r#"{"demographics":{"type":"gender","oneOf":["female"]}}"#)?;
    /// assert!(filter.validate().is_err());
    ///
    /// let mut checker = Checker::default();
    /// checker.allow_unknown_narrowing();
    /// filter.check(&mut checker);
    /// assert!(checker.finish().is_ok());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn allow_unknown_narrowing(&mut self) {
        self.unknown_narrowing = true;
    }

    /// Checks the targeting of a send: every part of it must be known.
    pub(crate) fn narrowing(&mut self, check: impl FnOnce(&mut Self)) {
        let strict = self.strict;
        self.strict = strict || !self.unknown_narrowing;
        check(self);
        self.strict = strict;
    }

    /// Reports every unknown field of the current object, if this checker is strict.
    pub(crate) fn no_extra(&mut self, extra: &Extra, known: &'static [&'static str]) {
        if self.strict {
            for (name, _) in extra.iter() {
                self.key(name, |checker| checker.report(Problem::UnknownField(known)));
            }
        }
    }

    /// Reports a problem with the current value.
    pub fn report(&mut self, problem: Problem) {
        self.report_at(Vec::new(), problem);
    }

    /// Reports a problem at a path below the current value, innermost segment first.
    pub(crate) fn report_at(&mut self, path: Vec<Segment>, problem: Problem) {
        if !self.warns {
            self.violations.push(Violation { path, problem });
        }
    }

    /// Warns about a field of the current value that LINE's documentation forbids but LINE accepts.
    pub(crate) fn warn_field(&mut self, field: &'static str, problem: Problem) {
        if self.warns {
            self.violations.push(Violation { path: vec![Segment::Field(field)], problem });
        }
    }

    /// Reports a problem with a field of the current value.
    pub fn report_field(&mut self, field: &'static str, problem: Problem) {
        self.at(Segment::Field(field), |checker| checker.report(problem));
    }

    /// Checks a part of the current value.
    pub fn at(&mut self, segment: Segment, check: impl FnOnce(&mut Self)) {
        let before = self.violations.len();
        check(self);
        self.leave(segment, before);
    }

    /// Checks the value under a key that the data chose.
    pub fn key(&mut self, key: &str, check: impl FnOnce(&mut Self)) {
        let before = self.violations.len();
        check(self);
        if self.violations.len() > before {
            self.leave(Segment::Key(key.to_owned()), before);
        }
    }

    /// Adds a segment to the path of all problems found since.
    fn leave(&mut self, segment: Segment, before: usize) {
        let found = self.violations.get_mut(before..).unwrap_or_default();
        if let Some((last, others)) = found.split_last_mut() {
            for violation in others {
                violation.path.push(segment.clone());
            }
            last.path.push(segment);
        }
    }

    /// Checks a field that has its own rules.
    pub fn field(&mut self, field: &'static str, value: &(impl Check + ?Sized)) {
        self.at(Segment::Field(field), |checker| value.check(checker));
    }

    /// Checks an optional field.
    pub fn optional<T: Check>(&mut self, field: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.field(field, value);
        }
    }

    /// Checks the number of items in a list, then each item.
    pub fn items<T: Check>(&mut self, field: &'static str, items: &[T], rule: Count) {
        self.at(Segment::Field(field), |checker| {
            checker.count(items.len(), rule);
            for (index, item) in items.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| item.check(checker));
            }
        });
    }

    /// Checks the number of items in the current list.
    pub fn count(&mut self, actual: usize, rule: Count) {
        if !rule.allows(actual) {
            self.report(Problem::Count { rule, actual });
        }
    }

    /// Checks a number; it can break both rules at once.
    pub fn steps(&mut self, field: &'static str, number: u32, rule: Steps) {
        if !(rule.min..=rule.max).contains(&number) {
            self.report_field(field, Problem::range(rule.min, rule.max));
        }
        if !number.is_multiple_of(rule.step) {
            self.report_field(field, Problem::MultipleOf(rule.step));
        }
    }

    /// Checks that a text is not empty.
    pub fn required(&mut self, field: &'static str, text: &str) {
        if text.is_empty() {
            self.report_field(field, Problem::Required);
        }
    }

    /// Checks a text's length.
    pub fn length(&mut self, field: &'static str, text: &str, rule: Length) {
        if let Some(actual) = rule.broken_by(text) {
            let problem =
                if actual == 0 { Problem::Required } else { Problem::Length { rule, actual } };
            self.report_field(field, problem);
        }
    }

    /// Checks the length of an optional text.
    pub fn optional_length(&mut self, field: &'static str, text: Option<&str>, rule: Length) {
        if let Some(text) = text {
            self.length(field, text, rule);
        }
    }

    /// Reports a rule that newer versions of LINE may have dropped, if this checker is strict.
    pub(crate) fn unknown_rule(&mut self, rule: &'static str) {
        if self.strict {
            self.report(Problem::Rule(rule));
        }
    }

    /// Reports the current value as unknown to this version, if this checker is strict or collects warnings.
    pub(crate) fn unknown(&mut self, known: &'static [&'static str]) {
        if self.warns {
            self.violations
                .push(Violation { path: Vec::new(), problem: Problem::UnknownWord(known) });
        } else if self.strict {
            self.report(Problem::OneOf(known));
        }
    }

    /// Reports the value of a field as unknown to this version, if this checker is strict.
    pub(crate) fn unknown_word(&mut self, field: &'static str, known: &'static [&'static str]) {
        self.at(Segment::Field(field), |checker| checker.unknown(known));
    }

    /// Checks an optional field whose values LINE may extend.
    pub(crate) fn word<W: Word>(&mut self, field: &'static str, word: Option<&W>) {
        if word.and_then(W::unknown).is_some() {
            self.unknown_word(field, W::WORDS);
        }
    }

    /// Adds the violations that an earlier check of the current value found.
    pub fn include(&mut self, violations: &Violations) {
        for Violation { path, problem } in violations.iter() {
            self.report_at(path.iter().rev().cloned().collect(), problem.clone());
        }
    }

    /// Ends the check.
    ///
    /// # Errors
    /// At least one rule is broken.
    pub fn finish(mut self) -> Result<(), Violations> {
        for violation in &mut self.violations {
            violation.path.reverse();
        }
        match Violations::new(self.violations) {
            Some(violations) => Err(violations),
            None => Ok(()),
        }
    }
}
