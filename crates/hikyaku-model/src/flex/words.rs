use crate::word::words;

words! {
    /// How a box lays out its children.
    Layout { Horizontal = "horizontal", Vertical = "vertical", Baseline = "baseline" }

    /// How a box spreads its children along its layout.
    JustifyContent {
        Center = "center",
        FlexStart = "flex-start",
        FlexEnd = "flex-end",
        SpaceBetween = "space-between",
        SpaceAround = "space-around",
        SpaceEvenly = "space-evenly",
    }

    /// Where a box puts its children across its layout.
    AlignItems { Center = "center", FlexStart = "flex-start", FlexEnd = "flex-end" }

    /// What the offsets of a component refer to.
    Position { Relative = "relative", Absolute = "absolute" }

    /// Where a component stands in its line.
    Align { Start = "start", End = "end", Center = "center" }

    /// Where a component stands in its row, from top to bottom.
    Gravity { Top = "top", Bottom = "bottom", Center = "center" }

    /// How thick letters are.
    Weight { Regular = "regular", Bold = "bold" }

    /// Whether letters are slanted.
    TextStyle { Normal = "normal", Italic = "italic" }

    /// The line below or through a text.
    Decoration { None = "none", Underline = "underline", LineThrough = "line-through" }

    /// How a text that is too long is made to fit.
    AdjustMode { ShrinkToFit = "shrink-to-fit" }

    /// The looks of a button.
    ButtonStyle { Primary = "primary", Secondary = "secondary", Link = "link" }

    /// The height of a button.
    ButtonHeight { Sm = "sm", Md = "md" }

    /// Whether a picture fills its place or is whole in it.
    AspectMode { Cover = "cover", Fit = "fit" }

    /// Where lines begin.
    Direction { Ltr = "ltr", Rtl = "rtl" }

    /// The width of a bubble.
    BubbleSize {
        Nano = "nano",
        Micro = "micro",
        Deca = "deca",
        Hecto = "hecto",
        Kilo = "kilo",
        Mega = "mega",
        Giga = "giga",
    }
}
