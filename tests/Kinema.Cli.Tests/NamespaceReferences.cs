using System.Reflection;
using System.Reflection.Emit;

namespace Kinema.Cli.Tests;

/// <summary>Which namespaces of an assembly refer to which others of it: in what their types declare and in the code of their methods.</summary>
internal static class NamespaceReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Each pair once; of a namespace the part behind the assembly's name, <c>Encoders</c> of <c>Kinema.Encoders.Kernels</c>.</summary>
    public static HashSet<(string From, string To)> In(Assembly assembly)
    {
        var root = assembly.GetName().Name + ".";
        return
        [
            .. from type in assembly.GetTypes()
               let section = Section(type)
               where section is not null
               from used in UsedBy(type).SelectMany(Parts).Where(used => used.Assembly == assembly).Distinct()
               let other = Section(used)
               where other is not null && other != section
               select (section, other),
        ];

        string? Section(Type type) =>
            type.Namespace is { } name && name.StartsWith(root, StringComparison.Ordinal) ? name[root.Length..].Split('.')[0] : null;
    }

    private static IEnumerable<Type> UsedBy(Type type)
    {
        List<Type?> used = [type.BaseType, .. type.GetInterfaces(), .. type.GetFields(Declared).Select(field => field.FieldType)];
        foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            used.AddRange([(method as MethodInfo)?.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)]);
            if (method.GetMethodBody() is not { } body) continue;
            used.AddRange(body.LocalVariables.Select(local => local.LocalType));
            foreach (var member in MembersIn(method, body.GetILAsByteArray()!))
                used.AddRange([
                    member as Type, member.DeclaringType, (member as FieldInfo)?.FieldType, (member as MethodInfo)?.ReturnType,
                    .. member is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericArguments() : [],
                ]);
        }

        return used.OfType<Type>();
    }

    // A list of clips is a list and a clip.
    private static IEnumerable<Type> Parts(Type type) =>
        type.GetElementType() is { } element ? Parts(element)
        : type.IsGenericParameter || type.IsFunctionPointer ? []
        : type.IsConstructedGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    private static IEnumerable<MemberInfo> MembersIn(MethodBase method, byte[] code)
    {
        var ofType = method.DeclaringType!.GetGenericArguments();
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (var at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE) value = unchecked((short)(0xFE00 | code[at++]));
            var operand = Codes[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 * (1 + BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
