namespace Kinema.Storage.Matlab;

/// <summary>The types of elements, by their numbers in the format.</summary>
internal enum MatType : uint
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Float32 = 7,
    Float64 = 9,
    Int64 = 12,
    UInt64 = 13,
    Matrix = 14,
    Compressed = 15,
}

/// <summary>The classes of variables, by their numbers in the format.</summary>
internal enum MatClass : uint
{
    Cell = 1,
    Struct = 2,
    Object = 3,
    Char = 4,
    Sparse = 5,
    Float64 = 6,
    Float32 = 7,
    Int8 = 8,
    UInt64 = 15,
    Function = 16,
    Opaque = 17,
}

/// <summary>What classes are called.</summary>
internal static class MatClasses
{
    /// <summary>Whether a variable of this class is an array of numbers (truth values are: they are of the class of bytes).</summary>
    public static bool IsNumeric(MatClass kind) => kind is >= MatClass.Float64 and <= MatClass.UInt64;

    public static string Name(MatClass kind) => kind switch
    {
        MatClass.Cell => "a cell array",
        MatClass.Struct => "a structure",
        MatClass.Object => "an object",
        MatClass.Char => "a text",
        MatClass.Sparse => "a sparse array",
        MatClass.Function => "a function",
        MatClass.Opaque => "an object of a newer kind",
        _ => $"of the unknown class {(uint)kind}",
    };
}
