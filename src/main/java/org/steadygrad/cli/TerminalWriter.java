package org.steadygrad.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.Shown;

/**
 * Keeps control characters from terminals, whatever they came with: the name of a file, a cell, a key. Lines, tabs and colours
 * pass, and so does what {@link ConsoleProgress} erases its line with, where it is written by itself.
 */
final class TerminalWriter extends FilterWriter {
    /** Back to the start of the line, which is emptied. */
    static final String ERASE_LINE = "\r\033[K";

    /** Bold, faint, italic, underlined and 16 colours, and their ends: not what hides text. */
    private static final Pattern STYLE =
            Pattern.compile("\033\\[(?:[01234]|2[1234]|39|[39][0-7])?(?:;(?:[01234]|2[1234]|39|[39][0-7]))*m");

    private TerminalWriter(Writer out) {
        super(out);
    }

    /** @param stream standard output or standard error */
    static PrintWriter over(PrintStream stream) {
        return new PrintWriter(new TerminalWriter(raw(stream)), true);
    }

    /** Writes what it is given, in the stream's own characters. */
    static PrintWriter raw(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, charset()), false);
    }

    /** What Java takes for standard output and standard error, by names that go back to Java 17. */
    private static Charset charset() {
        String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding", ""));
        return name.isEmpty() ? Charset.defaultCharset() : Charset.forName(name);
    }

    @Override
    public void write(int unit) throws IOException {
        write(String.valueOf((char) unit), 0, 1);
    }

    @Override
    public void write(char[] buffer, int offset, int length) throws IOException {
        write(new String(buffer, offset, length), 0, length);
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        String part = text.substring(offset, offset + length);
        out.write(part.equals(ERASE_LINE) ? part : harmless(part));
    }

    private static boolean endsLine(String text, int at) {
        return text.startsWith("\r\n", at);
    }

    private static String harmless(String text) {
        StringBuilder shown = null;
        Matcher style = null;
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            int end = at + Character.charCount(codePoint);
            if (!Shown.isHidden(codePoint) || codePoint == '\n' || codePoint == '\t' || endsLine(text, at)) {
                if (shown != null) {
                    shown.appendCodePoint(codePoint);
                }
            } else {
                if (shown == null) {
                    shown = new StringBuilder(text.substring(0, at));
                    style = STYLE.matcher(text);
                }
                if (style.region(at, text.length()).lookingAt()) {
                    end = style.end();
                    shown.append(text, at, end);
                } else {
                    shown.append(Shown.escape(codePoint));
                }
            }
            at = end;
        }
        return shown == null ? text : shown.toString();
    }
}
