package org.steadygrad.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.DocumentLimits;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.steadygrad.check.InvalidInputException;

/**
 * Draws the page's charts without a browser, on white: the same scripts run on the JVM and give SVG, of which pixels are made. To be
 * used by one thread, and closed.
 */
public final class ReportPictures implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SCALE = 2;
    private static final int MOST_ELEMENTS = 200_000;
    /** Rules for pointers, which pictures have none of. */
    private static final Pattern STYLE = Pattern.compile("<style.*?</style>", Pattern.DOTALL);

    private static final Pattern FONTS = Pattern.compile("font-family:[^;\"]*");

    private final ChartScript script;
    private final List<Chart> charts;

    /**
     * What can be drawn.
     *
     * @param name for a file, such as {@code layer-gradients}
     * @param title what it shows, as a sentence
     */
    public record Chart(String name, String title) {}

    /**
     * @param runs one, or several that are compared
     * @throws InvalidInputException if the program has SteadyGrad as a library without the two that pictures need; the message
     *     names them
     */
    public ReportPictures(List<RunView> runs) {
        this("pictures.prepare", runs.stream().map(RunView::text).collect(Collectors.joining(",", "[", "]")));
    }

    private ReportPictures(String function, String json) {
        require("org.mozilla.javascript.Context", "org.mozilla:rhino");
        require("com.github.weisj.jsvg.SVGDocument", "com.github.weisj:jsvg");
        // text is measured with Java's fonts, which need no display
        System.setProperty("java.awt.headless", "true");
        script = new ChartScript();
        try {
            charts = JSON.readValue(script.call(function, json), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the list of charts isn't JSON", e);
        }
    }

    /**
     * Pictures of an evaluation.
     *
     * @param json an object with {@code series}, a list of {target, actual, predicted, every}; {@code reliability}, a list of
     *     {probability, share, weight}; and, where there are classes, {@code classes} {names, counts}
     */
    public static ReportPictures ofEvaluation(String json) {
        return new ReportPictures("pictures.evaluation", json);
    }

    /** The command line's dependencies don't come along with the jar. */
    private static void require(String type, String dependency) {
        try {
            Class.forName(type, false, ReportPictures.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new InvalidInputException(
                    "Pictures of a report: expected " + dependency + " on the class path, got none. It is an optional"
                            + " dependency of SteadyGrad: add it to your project's, or draw with the command steadygrad report.",
                    e);
        }
    }

    /** What there is to draw. */
    public List<Chart> charts() {
        return charts;
    }

    /**
     * Some of {@link #charts}, in their order.
     *
     * @param names what they are called; {@code *} stands for any characters, as in {@code weight-*}
     * @throws InvalidInputException if a name stands for no chart; the message lists those there are
     */
    public List<Chart> charts(List<String> names) {
        return ChartChoice.among(charts, names);
    }

    /** A chart as SVG. */
    public String svg(Chart chart) {
        return STYLE.matcher(script.call("pictures.svg", chart.name())).replaceAll("");
    }

    /** SVG as PNG, in Java's sans-serif font, with {@value #SCALE} pixels to every unit of length. */
    public byte[] png(String svg) {
        LoaderContext context = LoaderContext.builder()
                .documentLimits(new DocumentLimits(
                        DocumentLimits.DEFAULT_MAX_NESTING_DEPTH,
                        DocumentLimits.DEFAULT_MAX_USE_NESTING_DEPTH,
                        MOST_ELEMENTS))
                .build();
        String drawable = FONTS.matcher(svg).replaceAll("font-family:" + Font.SANS_SERIF);
        SVGDocument document = new SVGLoader()
                .load(new ByteArrayInputStream(drawable.getBytes(StandardCharsets.UTF_8)), null, context);
        if (document == null) {
            throw new IllegalStateException("a chart's SVG can't be read");
        }
        int width = (int) Math.ceil(SCALE * document.size().width);
        int height = (int) Math.ceil(SCALE * document.size().height);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            document.render(null, graphics, new ViewBox(0, 0, width, height));
        } finally {
            graphics.dispose();
        }
        return bytes(image);
    }

    private static byte[] bytes(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new IllegalStateException("a picture that can't be written to memory", e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        script.close();
    }
}
