namespace Kinema.Storage.Pickles;

/// <summary>
/// Runs the opcodes of one pickle. It is an interpreter of data only: there is no import, no class and no call except the few that
/// <see cref="PickleCalls"/> knows by name, and those build plain values. Whatever else a file asks for is refused by name.
/// What a file can make it hold is counted, so memory stays within a small multiple of <see cref="MostValues"/> and of the file's own size.
/// </summary>
internal sealed class PickleMachine(PickleInput input, TorchStorages? torch)
{
    private static readonly PickleInteger[] Small = [.. Enumerable.Range(0, 256).Select(value => new PickleInteger(value))];

    private readonly PickleStack stack = new();
    private readonly Dictionary<uint, PickleValue> memo = [];
    private PickleOpcode opcode;
    private long opcodeAt, values, copied;

    /// <summary>Values, stack places and memo places that one pickle may ask for: a state dict needs some 30 for each tensor.</summary>
    internal long MostValues { get; init; } = torch is null ? 16_000_000 : 4_000_000;

    internal TorchStorages? Torch => torch;

    /// <summary>From how many bytes on a byte string is left in the file, to be read when its array is asked for.</summary>
    internal long LeavesFrom { get; init; } = long.MaxValue;

    /// <summary>Runs to STOP and returns the checked tree.</summary>
    /// <exception cref="KinemaException">The pickle is damaged, or asks for what is refused.</exception>
    internal PickleValue Run()
    {
        while (true)
        {
            opcodeAt = input.Position;
            opcode = (PickleOpcode)input.ReadByte();
            if (opcode == PickleOpcode.STOP)
            {
                break;
            }

            Step();
        }

        var root = Pop();
        try
        {
            PickleTree.Check(root, MostValues);
        }
        catch (FormatException error)
        {
            throw new KinemaException(input.ExitCode, $"{input.Path}: {error.Message}, which is refused", error);
        }

        return root;
    }

    /// <summary>The error for something this reader does not do, on purpose.</summary>
    internal KinemaException Refused(string what) => new(
        input.ExitCode,
        $"{input.Path}: refuses {what} ({opcode} at byte {opcodeAt}): only "
        + (torch is null
            ? "numbers, text, arrays and plain containers are read"
            : "tensors and plain containers are read; save model.state_dict() instead"));

    /// <summary>The error for a pickle no pickler writes.</summary>
    internal KinemaException Damaged(string why) => new(
        input.ExitCode, $"{input.Path}: damaged pickle: {why} ({(Enum.IsDefined(opcode) ? opcode : (int)opcode)} at byte {opcodeAt})");

    /// <summary>Counts what is about to be held.</summary>
    internal void Count(long more)
    {
        values += more;
        if (values > MostValues)
        {
            throw new KinemaException(input.ExitCode, $"{input.Path}: refuses more than {MostValues} values (reached at byte {opcodeAt})");
        }
    }

    /// <summary>Counts bytes that are copied out of a value, which a small file could ask for again and again.</summary>
    internal void CountCopy(long bytes)
    {
        copied += bytes;
        if (copied > (64 << 20) + 4 * input.Length)
        {
            throw new KinemaException(
                input.ExitCode, $"{input.Path}: refuses to unfold {copied} bytes from a file of {input.Length} (at byte {opcodeAt})");
        }
    }

    private void Step()
    {
        switch (opcode)
        {
            case PickleOpcode.PROTO: CheckProtocol(input.ReadByte()); break;
            case PickleOpcode.FRAME: CheckFrame(input.ReadInt64()); break;
            case PickleOpcode.MARK: Count(1); stack.Mark(); break;
            case PickleOpcode.POP: _ = stack.Unmark() ? null : Pop(); break;
            case PickleOpcode.POP_MARK: _ = PopToMark(); break;
            case PickleOpcode.DUP: Push(Top()); break;

            case PickleOpcode.NONE: Push(PickleNone.Only); break;
            case PickleOpcode.NEWTRUE: Push(PickleBool.True); break;
            case PickleOpcode.NEWFALSE: Push(PickleBool.False); break;
            case PickleOpcode.BININT1: Push(Small[input.ReadByte()]); break;
            case PickleOpcode.BININT2: Push(new PickleInteger(input.ReadUInt16())); break;
            case PickleOpcode.BININT: Push(new PickleInteger(input.ReadInt32())); break;
            case PickleOpcode.LONG1: Push(PickleScalars.WholeNumber(this, input, input.ReadByte())); break;
            case PickleOpcode.LONG4: Push(PickleScalars.WholeNumber(this, input, input.ReadUInt32())); break;
            case PickleOpcode.BINFLOAT: Push(new PickleReal(input.ReadDoubleBigEndian())); break;

            case PickleOpcode.SHORT_BINUNICODE: Push(PickleScalars.Text(this, input, input.ReadByte())); break;
            case PickleOpcode.BINUNICODE: Push(PickleScalars.Text(this, input, input.ReadUInt32())); break;
            case PickleOpcode.BINUNICODE8: Push(PickleScalars.Text(this, input, input.ReadInt64())); break;
            case PickleOpcode.SHORT_BINSTRING: Push(PickleScalars.Python2String(this, input, input.ReadByte())); break;
            case PickleOpcode.BINSTRING: Push(PickleScalars.Python2String(this, input, input.ReadInt32())); break;
            case PickleOpcode.SHORT_BINBYTES: Push(PickleScalars.Bytes(this, input, input.ReadByte())); break;
            case PickleOpcode.BINBYTES: Push(PickleScalars.Bytes(this, input, input.ReadUInt32())); break;
            case PickleOpcode.BINBYTES8 or PickleOpcode.BYTEARRAY8: Push(PickleScalars.Bytes(this, input, input.ReadInt64())); break;

            case PickleOpcode.EMPTY_LIST: Push(new PickleList([])); break;
            case PickleOpcode.LIST: Push(new PickleList(PopToMark())); break;
            case PickleOpcode.APPEND: Append(Pop()); break;
            case PickleOpcode.APPENDS: Append(PopToMark()); break;
            case PickleOpcode.EMPTY_TUPLE: Push(new PickleTuple([])); break;
            case PickleOpcode.TUPLE: Push(new PickleTuple(PopToMark())); break;
            case PickleOpcode.TUPLE1: PushTuple(1); break;
            case PickleOpcode.TUPLE2: PushTuple(2); break;
            case PickleOpcode.TUPLE3: PushTuple(3); break;
            case PickleOpcode.EMPTY_DICT: Push(new PickleDictionary()); break;
            case PickleOpcode.DICT: PushDictionary(PopToMark()); break;
            case PickleOpcode.SETITEM: SetItem(); break;
            case PickleOpcode.SETITEMS: SetItems(PopToMark()); break;
            case PickleOpcode.EMPTY_SET: Push(new PickleSet([])); break;
            case PickleOpcode.FROZENSET: Push(new PickleSet(PopToMark())); break;
            case PickleOpcode.ADDITEMS: AddItems(PopToMark()); break;

            case PickleOpcode.MEMOIZE: Remember((uint)memo.Count); break;
            case PickleOpcode.BINPUT: Remember(input.ReadByte()); break;
            case PickleOpcode.LONG_BINPUT: Remember(input.ReadUInt32()); break;
            case PickleOpcode.BINGET: Recall(input.ReadByte()); break;
            case PickleOpcode.LONG_BINGET: Recall(input.ReadUInt32()); break;

            case PickleOpcode.GLOBAL: PushName(input.ReadLine(), input.ReadLine()); break;
            case PickleOpcode.STACK_GLOBAL: PushStackName(); break;
            case PickleOpcode.REDUCE: Call(); break;
            case PickleOpcode.BUILD: Build(); break;
            case PickleOpcode.BINPERSID: PushStorage(Pop()); break;

            case PickleOpcode.INST: throw Refused(Shown(input.ReadLine(), input.ReadLine()));
            case PickleOpcode.NEWOBJ or PickleOpcode.NEWOBJ_EX or PickleOpcode.OBJ:
                throw Refused($"an object of {stack.LastName ?? "no known class"}");
            default: throw Enum.IsDefined(opcode) ? Refused("this opcode") : Damaged("unknown opcode");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
        {
            throw Damaged($"protocol {protocol} is not one of 2 to 5");
        }
    }

    private void CheckFrame(long length)
    {
        if (length < 0 || length > input.Remaining)
        {
            throw input.CutOff();
        }
    }

    private void Push(PickleValue value)
    {
        Count(1);
        stack.Push(value);
    }

    private PickleValue Top() => stack.Top() ?? throw Damaged("nothing on the stack");

    private PickleValue Pop() => stack.Pop() ?? throw Damaged("nothing on the stack");

    private List<PickleValue> PopToMark() => stack.PopToMark() ?? throw Damaged("no mark on the stack");

    private void PushTuple(int count)
    {
        var items = stack.Pop(count) ?? throw Damaged($"fewer than {count} values on the stack");
        Count(count);
        Push(new PickleTuple(items));
    }

    private void Append(PickleValue item) => List().Add(item);

    private void Append(List<PickleValue> items) => List().AddRange(items);

    private List<PickleValue> List() => Top() is PickleList list ? list.Values : throw Damaged($"appends to {Top().Kind}");

    private void AddItems(List<PickleValue> items) =>
        (Top() is PickleSet set ? set.Values : throw Damaged($"adds items to {Top().Kind}")).AddRange(items);

    private void PushDictionary(List<PickleValue> items)
    {
        Push(new PickleDictionary());
        SetItems(items);
    }

    private void SetItem()
    {
        var value = Pop();
        var key = Pop();
        SetItems([key, value]);
    }

    private void SetItems(List<PickleValue> items)
    {
        if (Top() is not PickleDictionary dictionary)
        {
            throw Damaged($"sets items of {Top().Kind}");
        }

        if (items.Count % 2 != 0)
        {
            throw Damaged("a key without a value");
        }

        Count(items.Count);
        for (var i = 0; i < items.Count; i += 2)
        {
            if (!PickleDictionary.IsKey(items[i]))
            {
                throw Refused($"{items[i].Kind} as the key of a dictionary");
            }

            dictionary.Set(items[i], items[i + 1]);
        }
    }

    private void Remember(uint place)
    {
        Count(1);
        memo[place] = Top();
    }

    private void Recall(uint place) => Push(memo.TryGetValue(place, out var value) ? value : throw Damaged($"memo place {place} is empty"));

    private static string Shown(string? module, string? name) => Printable.Of($"{module ?? "…"}.{name ?? "…"}");

    private void PushName(string? module, string? name)
    {
        var known = module is null || name is null ? null : PickleNames.Find(module, name, torch is not null);
        Push(known ?? throw Refused(Shown(module, name)));
    }

    private void PushStackName()
    {
        var name = Pop();
        var module = Pop();
        if (module is not PickleText { Value: var m } || name is not PickleText { Value: var n })
        {
            throw Damaged("a name that is not text");
        }

        PushName(m.Length < 256 ? m : null, n.Length < 256 ? n : null);
    }

    private void Call()
    {
        var arguments = Pop();
        var function = Pop();
        if (arguments is not PickleTuple tuple)
        {
            throw Damaged("arguments that are not a tuple");
        }

        Push(function is PickleName { Name: var name }
            ? PickleCalls.Call(this, name, tuple.Values)
            : throw Refused($"a call of {function.Kind}"));
    }

    private void Build()
    {
        var state = Pop();
        PickleCalls.Build(this, Top(), state);
    }

    private void PushStorage(PickleValue id) => Push((torch ?? throw Refused("a persistent id")).Find(this, id));
}
