/* The page's charts without a page: what ReportPictures asks for. */
(function (sg) {
    'use strict';

    var list = [];

    function names() {
        return JSON.stringify(list.map(function (p) { return { name: p.name, title: p.title }; }));
    }

    /** Takes an evaluation. @return names of the pictures */
    function evaluation(text) {
        list = sg.evaluation(JSON.parse(text)).map(function (chart) {
            return { name: chart.name, title: chart.title, panel: { height: chart.height, option: chart.option } };
        });
        return names();
    }

    /** Takes the runs. @return names of the pictures */
    function prepare(text) {
        list = [];
        sg.charts(JSON.parse(text)).forEach(function (chart) {
            chart.panels.forEach(function (panel) {
                list.push({ name: chart.id + panel.key, title: chart.title, panel: panel, small: chart.small });
            });
        });
        return names();
    }

    /** Draws one. */
    function svg(name) {
        var picture = list.filter(function (p) { return p.name === name; })[0];
        var width = picture.small ? 420 : 820;
        var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: picture.panel.height });
        try {
            var option = picture.panel.option(sg.LIGHT, width);
            option.backgroundColor = '#ffffff';
            chart.setOption(option);
            return chart.renderToSVGString();
        } finally {
            chart.dispose();
        }
    }

    Object.assign(sg, { pictures: { prepare: prepare, evaluation: evaluation, svg: svg } });
}(steadygrad));
