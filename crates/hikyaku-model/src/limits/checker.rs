use super::{Count, Length, Problem, Segment, Steps, Violation, Violations};
use crate::{extra::Extra, word::Word};

/// A value that LINE sets rules for.
pub trait Check {
    /// Reports every broken rule of this value.
    fn check(&self, checker: &mut Checker);

    /// All rules at once.
    ///
    /// # Errors
    /// Every broken rule with its JSON path below this value.
    fn validate(&self) -> Result<(), Violations> {
        let mut checker = Checker::default();
        self.check(&mut checker);
        checker.finish()
    }
}

/// Walks a value, remembers where it is and what was wrong there.
///
/// As long as nothing is wrong, it allocates nothing.
#[derive(Debug, Default)]
pub struct Checker {
    /// While walking, each path is innermost first: a segment is known to be needed only on the way back.
    violations: Vec<Violation>,
    strict: bool,
    unknown_narrowing: bool,
    /// Whether it collects warnings, and no broken rules.
    warns: bool,
}

impl Checker {
    /// A checker that also reports types and words that this version does not know.
    ///
    /// LINE adds words without notice, so [`Checker::default`] leaves an unknown one for LINE to judge. A simulator of
    /// LINE as it is today refuses it.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// A checker that finds no broken rules, but what is worth a warning.
    pub(crate) fn of_warnings() -> Self {
        Self { warns: true, ..Self::default() }
    }

    /// Leaves it to LINE to judge keys, types and words of a narrowcast's recipient, filter and limit that this version
    /// does not know.
    ///
    /// They are broken rules otherwise: LINE passes over a key that it does not know, so that a misspelt filter would
    /// reach everybody. This is for a key that is newer than this version.
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

    /// Checks what narrows down whom a send reaches: all of it must be known.
    pub(crate) fn narrowing(&mut self, check: impl FnOnce(&mut Self)) {
        let strict = self.strict;
        self.strict = strict || !self.unknown_narrowing;
        check(self);
        self.strict = strict;
    }

    /// Reports every field of the object at hand that this version does not know, if this checker is strict.
    pub(crate) fn no_extra(&mut self, extra: &Extra, known: &'static [&'static str]) {
        if self.strict {
            for (name, _) in extra.iter() {
                self.key(name, |checker| checker.report(Problem::UnknownField(known)));
            }
        }
    }

    /// Reports what is wrong with the value at hand.
    pub fn report(&mut self, problem: Problem) {
        self.report_at(Vec::new(), problem);
    }

    /// Reports what is wrong at a path, innermost first, below the value at hand.
    pub(crate) fn report_at(&mut self, path: Vec<Segment>, problem: Problem) {
        if !self.warns {
            self.violations.push(Violation { path, problem });
        }
    }

    /// Warns of what LINE's documentation rules out, and LINE itself does not refuse, at a field of the value at hand.
    pub(crate) fn warn_field(&mut self, field: &'static str, problem: Problem) {
        if self.warns {
            self.violations.push(Violation { path: vec![Segment::Field(field)], problem });
        }
    }

    /// Reports what is wrong with a field of the value at hand.
    pub fn report_field(&mut self, field: &'static str, problem: Problem) {
        self.at(Segment::Field(field), |checker| checker.report(problem));
    }

    /// Checks a part of the value at hand.
    pub fn at(&mut self, segment: Segment, check: impl FnOnce(&mut Self)) {
        let before = self.violations.len();
        check(self);
        self.leave(segment, before);
    }

    /// Checks the value of a key that the data chose.
    pub fn key(&mut self, key: &str, check: impl FnOnce(&mut Self)) {
        let before = self.violations.len();
        check(self);
        if self.violations.len() > before {
            self.leave(Segment::Key(key.to_owned()), before);
        }
    }

    /// Puts a segment on the path of all that was found since.
    fn leave(&mut self, segment: Segment, before: usize) {
        let found = self.violations.get_mut(before..).unwrap_or_default();
        if let Some((last, others)) = found.split_last_mut() {
            for violation in others {
                violation.path.push(segment.clone());
            }
            last.path.push(segment);
        }
    }

    /// Checks a field that has rules of its own.
    pub fn field(&mut self, field: &'static str, value: &(impl Check + ?Sized)) {
        self.at(Segment::Field(field), |checker| value.check(checker));
    }

    /// Checks a field that may be absent.
    pub fn optional<T: Check>(&mut self, field: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.field(field, value);
        }
    }

    /// Checks how many items a list has, then each of them.
    pub fn items<T: Check>(&mut self, field: &'static str, items: &[T], rule: Count) {
        self.at(Segment::Field(field), |checker| {
            checker.count(items.len(), rule);
            for (index, item) in items.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| item.check(checker));
            }
        });
    }

    /// Checks how many items the list at hand has.
    pub fn count(&mut self, actual: usize, rule: Count) {
        if !rule.allows(actual) {
            self.report(Problem::Count { rule, actual });
        }
    }

    /// Checks a number; both of its rules can be broken at once.
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

    /// Checks the length of a text that may be absent.
    pub fn optional_length(&mut self, field: &'static str, text: Option<&str>, rule: Length) {
        if let Some(text) = text {
            self.length(field, text, rule);
        }
    }

    /// Reports a rule that a newer version of the value at hand may not have, if this checker is strict.
    pub(crate) fn unknown_rule(&mut self, rule: &'static str) {
        if self.strict {
            self.report(Problem::Rule(rule));
        }
    }

    /// Reports the word at hand as one that this version does not know, if this checker is strict or warns.
    pub(crate) fn unknown(&mut self, known: &'static [&'static str]) {
        if self.warns {
            self.violations
                .push(Violation { path: Vec::new(), problem: Problem::UnknownWord(known) });
        } else if self.strict {
            self.report(Problem::OneOf(known));
        }
    }

    /// Reports the word in a field as one that this version does not know, if this checker is strict.
    pub(crate) fn unknown_word(&mut self, field: &'static str, known: &'static [&'static str]) {
        self.at(Segment::Field(field), |checker| checker.unknown(known));
    }

    /// Checks a word that may be absent.
    pub(crate) fn word<W: Word>(&mut self, field: &'static str, word: Option<&W>) {
        if word.and_then(W::unknown).is_some() {
            self.unknown_word(field, W::WORDS);
        }
    }

    /// Reports what an earlier check of the value at hand found.
    pub fn include(&mut self, violations: &Violations) {
        for Violation { path, problem } in violations.iter() {
            self.report_at(path.iter().rev().cloned().collect(), problem.clone());
        }
    }

    /// All that was found.
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
