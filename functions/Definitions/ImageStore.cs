using FunctionsEval.Evaluation.Prompts;
using FunctionsEval.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace FunctionsEval.Definitions;

/// <summary>The content of images under its digest, once however many scenarios show it; scenarios and transcripts have the digest only.</summary>
public sealed class ImageStore(IEntityStore entities) : IDisposable
{
    // A property holds 64 KiB, a row 1 MiB with its keys.
    private const int PartBytes = 64 * 1024;
    private const int PartsInRow = 15;
    private const int RowBytes = PartBytes * PartsInRow;
    private const long CachedBytes = 64 * 1024 * 1024;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CachedBytes });

    /// <summary>Stores what is not there yet.</summary>
    /// <exception cref="ImageException">A file has changed since the definition was read.</exception>
    internal async Task AddAsync(ImageFiles files, CancellationToken cancellationToken)
    {
        foreach (var (image, file) in files.Read())
        {
            // The last row is written last, so an image that has it is whole.
            var rows = RowsOf(image);
            if (await entities.FindAsync(TableKeys.Definitions, TableKeys.Image(image.Digest!), TableKeys.Number(rows - 1), cancellationToken) is not null)
            {
                continue;
            }

            var content = ImageFiles.Content(file, $"'{file}'");
            if (ImageFiles.DigestOf(content) != image.Digest)
            {
                throw new ImageException($"'{file}' was changed while the definition was read: start again.");
            }

            for (var row = 0; row < rows; row++)
            {
                await entities.SubmitAsync(TableKeys.Definitions, EntityOperation.Upsert(ToEntity(image.Digest!, row, content)), cancellationToken);
            }
        }
    }

    /// <exception cref="ImageException">The store does not have it.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(PromptImage image, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue<byte[]>(image.Digest!, out var known))
        {
            return known;
        }

        var content = new byte[image.Bytes];
        var length = 0;
        await foreach (var entity in entities.QueryAsync(new EntityQuery(TableKeys.Definitions, TableKeys.Image(image.Digest!)), cancellationToken))
        {
            for (var part = 0; entity.GetBytes(PartName(part)) is { } bytes && length + bytes.Length <= content.Length; part++)
            {
                bytes.CopyTo(content, length);
                length += bytes.Length;
            }
        }

        if (length < content.Length || ImageFiles.DigestOf(content) != image.Digest)
        {
            throw new ImageException($"'{image.Name}' is not in the store ({length} of {content.Length} bytes).");
        }

        return _cache.Set(image.Digest!, content, new MemoryCacheEntryOptions { Size = content.Length });
    }

    public void Dispose() => _cache.Dispose();

    private static int RowsOf(PromptImage image) => (image.Bytes + RowBytes - 1) / RowBytes;

    private static Entity ToEntity(string digest, int row, byte[] content)
    {
        var entity = new Entity(TableKeys.Image(digest), TableKeys.Number(row));
        for (var (part, at) = (0, row * RowBytes); part < PartsInRow && at < content.Length; part++, at += PartBytes)
        {
            entity[PartName(part)] = content[at..Math.Min(at + PartBytes, content.Length)];
        }

        return entity;
    }

    private static string PartName(int part) => $"part{part:D2}";
}
