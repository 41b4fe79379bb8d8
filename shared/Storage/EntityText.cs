namespace FunctionsEval.Storage;

/// <summary>Text longer than one property holds is split over <c>name</c>, <c>name_1</c>, <c>name_2</c>, ...</summary>
public static class EntityText
{
    /// <summary>UTF-16 units a property may hold: 64 KiB.</summary>
    public const int UnitsPerProperty = 32_768;

    public static void SetText(this Entity entity, string name, string? text)
    {
        if (text is null)
        {
            entity[name] = null;
            return;
        }

        var start = 0;
        for (var part = 0; start < text.Length || part == 0; part++)
        {
            var length = Math.Min(UnitsPerProperty, text.Length - start);

            // A surrogate pair must not be torn: each half alone is not valid UTF-8.
            if (start + length < text.Length && char.IsHighSurrogate(text[start + length - 1]))
            {
                length--;
            }

            entity[PartName(name, part)] = text.Substring(start, length);
            start += length;
        }
    }

    public static string? GetText(this Entity entity, string name)
    {
        var first = entity.GetString(name);
        if (first is null || entity.GetString(PartName(name, 1)) is null)
        {
            return first;
        }

        var parts = new List<string> { first };
        for (var part = 1; entity.GetString(PartName(name, part)) is { } text; part++)
        {
            parts.Add(text);
        }

        return string.Concat(parts);
    }

    /// <summary>Bytes beyond what one property holds are split in the same way.</summary>
    public static void SetLongBytes(this Entity entity, string name, byte[] bytes)
    {
        foreach (var (part, chunk) in bytes.Chunk(EntityRules.BytesPerProperty).DefaultIfEmpty([]).Index())
        {
            entity[PartName(name, part)] = chunk;
        }
    }

    public static byte[] GetLongBytes(this Entity entity, string name)
    {
        var first = entity.GetBytes(name) ?? [];
        if (entity.GetBytes(PartName(name, 1)) is null)
        {
            return first;
        }

        var all = new List<byte>(first);
        for (var part = 1; entity.GetBytes(PartName(name, part)) is { } bytes; part++)
        {
            all.AddRange(bytes);
        }

        return [.. all];
    }

    private static string PartName(string name, int part) => part == 0 ? name : $"{name}_{part}";
}
