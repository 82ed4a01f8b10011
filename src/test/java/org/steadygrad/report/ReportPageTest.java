package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.Severity;

class ReportPageTest {
    static final String HOSTILE = "</script><img src=x onerror=alert(1)>{{page.js}}<!--";

    @Test
    void holdsEverythingItNeedsAndTheLicenceOfTheChartLibrary() {
        String html = ReportPage.html(List.of(SampleRun.view("sample", 40)));
        assertTrue(html.contains("Licensed to the Apache Software Foundation"));
        assertFalse(html.contains("src=\"http") || html.contains("href=\"http") || html.contains("@import"));
        assertFalse(html.contains("{{"), "a part of the template was left out");
        assertTrue(html.contains("<title>sample – SteadyGrad</title>"));
    }

    @Test
    void textFromRunsCannotLeaveItsPlace() throws Exception {
        RunView view = SampleRun.view(HOSTILE, 40);
        view.happened(new RunEvent.Finished(
                SampleRun.outcome(HOSTILE, 40, List.of(SampleRun.finding(HOSTILE, Severity.ERROR, HOSTILE)))));
        String html = ReportPage.html(List.of(view));
        assertFalse(html.contains("<img src=x"));
        assertTrue(html.contains("<title>&lt;/script&gt;&lt;img"));
        JsonNode data = data(html);
        assertEquals(HOSTILE, data.get(0).get("name").asText());
        assertEquals(HOSTILE, data.get(0).at("/findings/0/layer").asText());
    }

    @Test
    void severalRunsStandInTheOrderGiven() throws Exception {
        JsonNode data = data(ReportPage.html(List.of(SampleRun.view("a", 3), SampleRun.view("b", 7))));
        assertEquals(2, data.size());
        assertEquals(7, data.get(1).at("/progress/iteration").asInt());
    }

    @Test
    void aVeryLongRunOfADeepNetworkMakesAPageBelowFourMegabytes() {
        RunView view = new RunView("long");
        for (int i = 1; i <= 200_000; i++) {
            view.happened(SampleRun.step(i, 2 + Math.sin(i)));
            if (i % 100 == 0) {
                view.happened(SampleRun.look(i, 60, 64));
            }
            if (i % 5000 == 0) {
                view.happened(SampleRun.distributions(i, 60));
                view.happened(new RunEvent.Validated(i, 0, Map.of("loss", Math.sin(i)), false, Gain.UNKNOWN));
                view.happened(new RunEvent.CheckpointWritten(i, "checkpoint iteration-" + i + ".zip"));
            }
        }
        int bytes = ReportPage.html(List.of(view)).getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes < 4_000_000, bytes + " bytes");
    }

    private static JsonNode data(String html) throws Exception {
        String start = "<script type=\"application/json\" id=\"data\">";
        int from = html.indexOf(start) + start.length();
        return new ObjectMapper().readTree(html.substring(from, html.indexOf("</script>", from)));
    }
}
