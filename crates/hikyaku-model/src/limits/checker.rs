use super::{Count, Length, Problem, Segment, Violation, Violations};

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
#[derive(Debug, Default)]
pub struct Checker {
    path: Vec<Segment>,
    violations: Vec<Violation>,
}

impl Checker {
    /// Reports what is wrong with the value at hand.
    pub fn report(&mut self, problem: Problem) {
        self.violations.push(Violation { path: self.path.clone(), problem });
    }

    /// Reports what is wrong with a field of the value at hand.
    pub fn report_field(&mut self, field: &'static str, problem: Problem) {
        self.at(Segment::Field(field), |checker| checker.report(problem));
    }

    /// Checks a part of the value at hand.
    pub fn at(&mut self, segment: Segment, check: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        check(self);
        self.path.pop();
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

    /// All that was found.
    ///
    /// # Errors
    /// At least one rule is broken.
    pub fn finish(self) -> Result<(), Violations> {
        match Violations::new(self.violations) {
            Some(violations) => Err(violations),
            None => Ok(()),
        }
    }
}
