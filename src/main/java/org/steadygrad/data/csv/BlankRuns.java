package org.steadygrad.data.csv;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Text in which runs of blanks and tabs separate cells, with one blank in place of each run and none at the ends of lines; so
 * that a reader with a single separator can read it. What stands in quotes or in a comment is left as it is, and so are lines.
 */
final class BlankRuns extends Reader {
    private final BufferedReader text;
    private final int comment;
    private boolean lineStart = true;
    private boolean inComment;
    private boolean inQuotes;
    private boolean quoteClosed;
    private boolean blank;
    private int held = -1;

    /** @param comment character that begins a comment at the start of a line, or -1 */
    BlankRuns(Reader text, int comment) {
        this.text = new BufferedReader(text);
        this.comment = comment;
    }

    @Override
    public int read() throws IOException {
        if (held >= 0) {
            int c = held;
            held = -1;
            return c;
        }
        int c = text.read();
        while (!inQuotes && !inComment && (c == ' ' || c == '\t')) {
            blank = !lineStart;
            quoteClosed = false;
            c = text.read();
        }
        return c < 0 ? c : next(c);
    }

    private int next(int c) {
        if (c == '\n' || c == '\r') {
            lineStart = !inQuotes;
            inComment = false;
            blank = false;
            return c;
        }
        if (inComment) {
            return c;
        }
        if (inQuotes) {
            inQuotes = c != '"';
            quoteClosed = !inQuotes;
            return c;
        }
        inComment = lineStart && c == comment;
        // a quote opens at the start of a cell only, or is the second of two, which stand for one
        inQuotes = c == '"' && (lineStart || blank || quoteClosed);
        quoteClosed = false;
        lineStart = false;
        if (blank) {
            blank = false;
            held = c;
            return ' ';
        }
        return c;
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int c = read();
            if (c < 0) {
                break;
            }
            into[offset + count++] = (char) c;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
