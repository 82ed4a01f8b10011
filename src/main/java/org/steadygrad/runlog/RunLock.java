package org.steadygrad.runlog;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Shown;

/**
 * Keeps a run's folder for one run: two that write the same files would mix their results. The system lets go of the lock when the
 * process that holds it ends, however that happens, so that none is ever left behind. The file stays, since whoever removed it could take it from
 * under another run that has just opened it.
 */
public final class RunLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
    private static final String NAME = ".lock";

    /** Far behind what is written, which can be read while the lock is held: on Windows what is locked can't. */
    private static final long BYTE = Long.MAX_VALUE - 1;

    private static final int LONGEST_TEXT = 200;
    private static final Pattern TEXT = Pattern.compile("process (\\d+) on (\\S{1,80}) since (\\S{1,40})\n");

    /** Of this process: the system's locks are of processes, not of threads. */
    private static final Map<Path, RunLock> HELD = new HashMap<>();

    private final Path root;
    /** What the system knows the folder by; null where it has nothing of the kind. */
    private final Object key;

    private final FileChannel channel;
    private final Thread holder = Thread.currentThread();
    private int times = 1;

    private RunLock(Path root, FileChannel channel) throws IOException {
        this.root = root;
        key = key(root);
        this.channel = channel;
    }

    /**
     * Takes a folder for a run, which is made when it isn't there. A thread that has it already may take it again.
     *
     * @return to be closed when the run is over, as often as it was taken
     * @throws InvalidInputException when another run has it, naming the process; or when it can't be written to
     */
    public static RunLock take(Path folder) {
        try {
            Files.createDirectories(folder);
            Path root = folder.toRealPath();
            synchronized (HELD) {
                RunLock held = HELD.get(root);
                if (held == null) {
                    held = new RunLock(root, open(root));
                    HELD.put(root, held);
                } else if (held.holder == Thread.currentThread()) {
                    held.times++;
                } else {
                    throw taken(root, "another run of this program");
                }
                return held;
            }
        } catch (IOException e) {
            throw RunFolder.unusable(folder, e);
        }
    }

    private static Object key(Path folder) throws IOException {
        return Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
    }

    /**
     * Has what was written so far and what is about to be written in one folder.
     *
     * @throws InvalidInputException when the folder isn't any more where it was
     */
    public void requireInPlace() {
        boolean inPlace;
        try {
            inPlace = Objects.equals(key, key(root));
        } catch (NoSuchFileException e) {
            inPlace = false;
        } catch (IOException e) {
            // why it can't be read is said by what is to be written
            return;
        }
        if (!inPlace) {
            throw InvalidInputException.of(
                    "run folder " + root,
                    "it to stay where it is as long as its run writes to it",
                    new Got("that it was moved or removed"),
                    "The run has ended and written nothing elsewhere. Where the folder is now its checkpoints are whole:"
                            + " continue with --resume --out FOLDER.");
        }
    }

    private static FileChannel open(Path root) throws IOException {
        FileChannel channel = FileChannel.open(
                root.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean kept = false;
        try {
            if (isFree(channel, root)) {
                kept = true;
                write(channel);
                return channel;
            }
            throw taken(root, holder(channel));
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    /** Closing the channel ends the lock. */
    private static boolean isFree(FileChannel channel, Path root) {
        try {
            FileLock lock = channel.tryLock(BYTE, 1, false);
            return lock != null;
        } catch (IOException e) {
            LOG.warn(
                    "The file system of {} has no locks ({}): nothing keeps a second run from writing to it.",
                    root,
                    e.getMessage());
            return true;
        }
    }

    private static void write(FileChannel channel) throws IOException {
        String text = "process " + ProcessHandle.current().pid() + " on " + host() + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("\\s", "");
        } catch (UnknownHostException e) {
            return "this-machine";
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_TEXT);
        channel.read(bytes, 0);
        Matcher text = TEXT.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
        return text.matches()
                ? "process " + text.group(1) + " on " + Shown.value(text.group(2)) + ", since " + text.group(3)
                : "another process";
    }

    private static InvalidInputException taken(Path root, String holder) {
        return InvalidInputException.of(
                "run folder " + root,
                "a folder that no other run is writing to",
                new Got("one that is held by " + holder),
                "Wait until that run has ended, or choose another folder with --out.");
    }

    /** Shown without quotation marks. */
    private record Got(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    @Override
    public void close() {
        synchronized (HELD) {
            times--;
            if (times > 0) {
                return;
            }
            HELD.remove(root);
            try {
                channel.close();
            } catch (IOException e) {
                LOG.warn("The lock of {} can't be closed, and ends with this program: {}", root, e.getMessage());
            }
        }
    }
}
