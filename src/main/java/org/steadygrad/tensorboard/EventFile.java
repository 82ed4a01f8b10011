package org.steadygrad.tensorboard;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.steadygrad.check.FileWriteException;
import org.tensorflow.framework.Summary;

/**
 * A file of TensorBoard's events, each a message as TensorFlow's {@code core/util/event.proto} describes it. Files of a folder are
 * read in the order of their names, which begin with the time in seconds.
 */
final class EventFile implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");
    private static final String VERSION = "brain.Event:2";

    /** Fields of the message Event. */
    private static final int WALL_TIME = 1;

    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    /** Field of the message SessionLog, and its value for a start. */
    private static final int STATUS = 1;

    private static final int START = 1;

    private final Path file;
    private final RecordStream records;

    private EventFile(Path file, RecordStream records) {
        this.file = file;
        this.records = records;
    }

    /** Starts a file that is read after those that are in the folder already. */
    static EventFile in(Path folder) {
        long now = System.currentTimeMillis() / 1000;
        long time = newest(folder).map(last -> Math.max(now, time(last) + 1)).orElse(now);
        long process = ProcessHandle.current().pid();
        Path file = folder.resolve("events.out.tfevents.%010d.%s.%d".formatted(time, host(), process));
        try {
            RecordStream records = new RecordStream(
                    new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16));
            EventFile events = new EventFile(file, records);
            events.write(0, message -> message.writeString(FILE_VERSION, VERSION));
            return events;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** The newest file of events in a folder, which may be missing. */
    static Optional<Path> newest(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> NAME.matcher(file.getFileName().toString()).matches())
                    .max(Comparator.comparingLong(EventFile::time));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long time(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : 0;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "-");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** @param iteration number of the step, from 1; 0 for what is known before */
    void write(int iteration, Summary summary) {
        write(iteration, message -> message.writeMessage(SUMMARY, summary));
    }

    /**
     * Says that a session begins. TensorBoard takes the first one that it reads in a folder as it is; with later ones it drops what
     * it read before of steps from this one on, as is right for a run that continues from an earlier step.
     *
     * @param iteration number of the session's first step
     */
    void startSession(int iteration) {
        write(iteration, message -> {
            message.writeTag(SESSION_LOG, 2);
            message.writeUInt32NoTag(CodedOutputStream.computeEnumSize(STATUS, START));
            message.writeEnum(STATUS, START);
        });
    }

    private interface Content {
        void writeTo(CodedOutputStream message) throws IOException;
    }

    private void write(int step, Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream message = CodedOutputStream.newInstance(bytes);
        try {
            message.writeDouble(WALL_TIME, System.currentTimeMillis() / 1e3);
            message.writeInt64(STEP, step);
            content.writeTo(message);
            message.flush();
            records.write(bytes.toByteArray());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    void flush() {
        try {
            records.flush();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static UncheckedIOException failed(Path file, IOException e) {
        return new UncheckedIOException(new FileWriteException(file, e));
    }
}
