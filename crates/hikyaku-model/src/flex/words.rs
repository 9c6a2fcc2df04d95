use crate::word::words;

words! {
    /// The layout of a box's children.
    Layout { Horizontal = "horizontal", Vertical = "vertical", Baseline = "baseline" }

    /// The distribution of a box's children along its layout.
    JustifyContent {
        Center = "center",
        FlexStart = "flex-start",
        FlexEnd = "flex-end",
        SpaceBetween = "space-between",
        SpaceAround = "space-around",
        SpaceEvenly = "space-evenly",
    }

    /// The alignment of a box's children across its layout.
    AlignItems { Center = "center", FlexStart = "flex-start", FlexEnd = "flex-end" }

    /// The reference of a component's offsets.
    Position { Relative = "relative", Absolute = "absolute" }

    /// The horizontal alignment of a component.
    Align { Start = "start", End = "end", Center = "center" }

    /// The vertical alignment of a component.
    Gravity { Top = "top", Bottom = "bottom", Center = "center" }

    /// The font weight.
    Weight { Regular = "regular", Bold = "bold" }

    /// The font style.
    TextStyle { Normal = "normal", Italic = "italic" }

    /// The line below or through a text.
    Decoration { None = "none", Underline = "underline", LineThrough = "line-through" }

    /// The way a long text is made to fit.
    AdjustMode { ShrinkToFit = "shrink-to-fit" }

    /// The style of a button.
    ButtonStyle { Primary = "primary", Secondary = "secondary", Link = "link" }

    /// The height of a button.
    ButtonHeight { Sm = "sm", Md = "md" }

    /// Whether an image is cropped to fill its area or shown whole.
    AspectMode { Cover = "cover", Fit = "fit" }

    /// The text direction.
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
