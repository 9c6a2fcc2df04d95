use crate::{
    Checker,
    limits::{Problem, Segment},
};

/// Checks that exactly one operator is given and that it is not empty, then checks each operand.
pub(super) fn check_operands<T>(
    and: Option<&[T]>,
    or: Option<&[T]>,
    not: Option<&T>,
    checker: &mut Checker,
    check: impl Fn(&T, &mut Checker),
) {
    if [and.is_some(), or.is_some(), not.is_some()].into_iter().filter(|given| *given).count() != 1
    {
        checker.report(Problem::Rule("must have exactly one of and, or, not"));
    }
    for (field, operands) in [("and", and), ("or", or)] {
        let Some(operands) = operands else { continue };
        checker.at(Segment::Field(field), |checker| {
            if operands.is_empty() {
                checker.report(Problem::Required);
            }
            for (index, operand) in operands.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| check(operand, checker));
            }
        });
    }
    if let Some(operand) = not {
        checker.at(Segment::Field("not"), |checker| check(operand, checker));
    }
}

/// Returns all operands, whichever operator is set.
pub(super) fn operands<'a, T>(
    and: Option<&'a Vec<T>>,
    or: Option<&'a Vec<T>>,
    not: Option<&'a T>,
) -> impl Iterator<Item = &'a T> {
    and.into_iter().chain(or).flatten().chain(not)
}
