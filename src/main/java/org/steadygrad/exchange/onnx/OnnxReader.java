package org.steadygrad.exchange.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.MemoryLimit;
import org.steadygrad.exchange.graph.NeutralGraph;

/** Reads ONNX files into networks. */
final class OnnxReader {
    /** From and to which version of ONNX's operators they are read. */
    static final int FIRST_OPSET = 9;

    static final int LAST_OPSET = 26;

    private OnnxReader() {}

    static ForeignModel read(Path file) throws IOException {
        String who = file.toString();
        if (Files.size(file) > Integer.MAX_VALUE - 16) {
            throw new ForeignModelException(
                    who + ": expected a file below 2 GiB, as ONNX demands, got " + Files.size(file) + " bytes.");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            return read(ByteBuffer.wrap(bytes), who, file.toAbsolutePath().getParent());
        } catch (ForeignModelException e) {
            throw e;
        } catch (InvalidInputException | ArithmeticException e) {
            String message = e.getMessage().startsWith(who) ? e.getMessage() : who + ", " + e.getMessage();
            throw new ForeignModelException(message, e);
        }
    }

    private static ForeignModel read(ByteBuffer bytes, String who, Path folder) throws IOException {
        MemoryLimit limit = new MemoryLimit(who, bytes.remaining());
        OnnxModel model = new OnnxParser(who, new OnnxTensors(who, folder, limit)).model(bytes);
        if (model.opset() < FIRST_OPSET || model.opset() > LAST_OPSET) {
            throw InvalidInputException.of(
                    who,
                    "operators of version " + FIRST_OPSET + " to " + LAST_OPSET,
                    model.opset(),
                    "Convert the model with onnx.version_converter.");
        }
        ReadReport report = new ReadReport();
        report.tell("producer", model.producer());
        report.tell("opset", Long.toString(model.opset()));
        model.metadata().forEach((key, value) -> report.tell("metadata/" + key, value));
        NeutralGraph network = new GraphReading(model, who, limit, report).network();
        return new ForeignModel(network, "ONNX", report);
    }
}
