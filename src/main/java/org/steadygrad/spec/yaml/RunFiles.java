package org.steadygrad.spec.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.RunSpec;

/**
 * Reads and writes run files. Every error is an {@link InvalidInputException} that names file, line and key, what was
 * expected and the nearest word that would have been; the mistakes of a file are reported together.
 *
 * <p>Overrides have the form {@code key=value}: the path of a key, such as {@code data.path} or
 * {@code model.layers[1].gru.units} (indices from 0), and its new value in YAML. A path may leave a variant's name out.
 * {@code model.layers[+1]={batchNorm: {}}} puts a new entry before the one with the index 1.
 */
public final class RunFiles {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private RunFiles() {}

    /** Reads a run file as it is. */
    public static RunSpec read(Path file) {
        return read(file, List.of());
    }

    /**
     * Reads a run file with some values changed.
     *
     * @param overrides applied in their order before anything is checked
     */
    public static RunSpec read(Path file, List<String> overrides) {
        return parse(text(file), file.toString(), overrides);
    }

    /**
     * Reads the run file that a run left in its folder. What it doesn't say, since its version had no such key, is as it was
     * then.
     *
     * @param overrides applied in their order before anything is checked
     */
    public static RunSpec readSaved(Path file, List<String> overrides) {
        return parseSaved(text(file), file.toString(), overrides);
    }

    /** Reads the text of a run file that a run left, as {@link #readSaved} does. */
    public static RunSpec parseSaved(String text, String sourceName, List<String> overrides) {
        return bind(SavedRunFiles.completed(compose(text, sourceName)), overrides);
    }

    /** Reads the text of a run file as it is. */
    public static RunSpec parse(String text, String sourceName) {
        return parse(text, sourceName, List.of());
    }

    /**
     * Reads the text of a run file with some values changed.
     *
     * @param sourceName what errors call the text; usually a file's name
     */
    public static RunSpec parse(String text, String sourceName, List<String> overrides) {
        return bind(compose(text, sourceName), overrides);
    }

    private static RunSpec bind(Node root, List<String> overrides) {
        return Binder.bind(RunSpec.class, Overrides.apply(RunSpec.class, root, overrides));
    }

    private static Node compose(String text, String sourceName) {
        if (text.length() > YamlText.MAX_CHARACTERS) {
            throw tooLong(sourceName);
        }
        String plain = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        Node root = YamlText.compose(plain, sourceName, true);
        boolean empty = Node.isNothing(root);
        if (empty) {
            throw Problems.wrong(
                    sourceName,
                    "a run file with at least the keys data and model",
                    "an empty file",
                    "The command examples lists run files to start from.");
        }
        return root;
    }

    /**
     * A part of a run file in which nothing is given but a few changes.
     *
     * @param part a record all of whose keys have defaults
     * @param overrides {@code key=value}, keys counted from the part
     */
    public static <T extends Record> T defaults(Class<T> part, String... overrides) {
        Node nothing = YamlText.compose("{}", "defaults of " + part.getSimpleName(), true);
        return Binder.bind(part, Overrides.apply(part, nothing, List.of(overrides)));
    }

    /**
     * A part of a run file with its defaults, made in Java.
     *
     * @param required values of the keys that have no default, in the order of the record's components
     * @throws InvalidInputException as the record's constructor throws it
     */
    public static <T extends Record> T of(Class<T> part, Object... required) {
        return Binder.make(part, required);
    }

    /** The same run with some values changed. @param overrides {@code key=value}, applied in their order */
    public static RunSpec with(RunSpec run, List<String> overrides) {
        return parse(write(run), "run file " + run.name(), overrides);
    }

    /** Writes a run file with every default filled in, that {@link #parse(String, String)} reads as an equal spec. */
    public static String write(RunSpec spec) {
        return YamlWriter.write(spec);
    }

    /** How run files say which variant of several this is. */
    public static String word(Record variant) {
        return Schema.variantName(variant.getClass());
    }

    /** How run files say a constant, for example {@code leakyRelu} for {@code LEAKY_RELU}. */
    public static String word(Enum<?> constant) {
        return Schema.constantName(constant);
    }

    private static String text(Path file) {
        if (!Files.exists(file)) {
            throw Problems.wrong(
                    file.toString(), "a run file", "nothing of that name", "The command examples lists built-in ones.");
        }
        if (Files.isDirectory(file)) {
            throw Problems.wrong(file.toString(), "a run file", "a folder", "Name a file in it, for example run.yaml.");
        }
        byte[] bytes = bytes(file);
        if (bytes.length > YamlText.MAX_CHARACTERS) {
            throw tooLong(file.toString());
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problems.wrong(
                    file.toString(),
                    "a text file in UTF-8",
                    "bytes that aren't",
                    "Is it really a run file? If it is, save it as UTF-8.");
        }
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(YamlText.MAX_CHARACTERS + 1);
        } catch (AccessDeniedException e) {
            throw Problems.wrong(
                    file.toString(), "a file that may be read", "no permission", "Change its permissions.");
        } catch (IOException e) {
            throw new InvalidInputException(file + ": expected a readable file, got: " + e.getMessage() + ".", e);
        }
    }

    private static InvalidInputException tooLong(String source) {
        return Problems.wrong(
                source,
                "a run file of at most " + YamlText.MAX_CHARACTERS + " bytes",
                "a longer one",
                "Run files are short; data goes into files of its own.");
    }
}
