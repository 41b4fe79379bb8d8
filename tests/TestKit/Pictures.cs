namespace FunctionsEval.TestKit;

/// <summary>Small images, whole as far as programs read that look at their size.</summary>
public static class Pictures
{
    /// <summary>A PNG of one pixel that every viewer shows.</summary>
    public static byte[] Pixel => Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <summary>A PNG that says it has this size, followed by as many bytes as are asked for.</summary>
    public static byte[] Png(int width, int height, int length = 100)
    {
        var png = new byte[length];
        Pixel.AsSpan(0, 16).CopyTo(png);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }
}
