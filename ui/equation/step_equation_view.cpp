// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/step_equation_view.h"

#include "ui/document/run_facts.h"
#include "ui/document/session_document.h"
#include "ui/equation/equation_text.h"
#include "ui/equation/formula_view.h"
#include "ui/equation/own_numbers.h"
#include "ui/equation/term_table.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/input_guards.h"
#include "ui/widgets/number_box.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/segment_button.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace diffuscope::ui {

namespace {

QScrollArea* scrolling(QWidget* content, const QString& name)
{
    auto* area = new QScrollArea;
    area->setObjectName(name);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    return area;
}

explain::RunReader readerOf(const RunUpdate& run)
{
    return explain::RunReader(factsOf(run));
}

}  // namespace

StepEquationView::StepEquationView(SessionDocument& document, QWidget* parent)
    : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("stepEquationView"));
    setAccessibleName(tr("The step in numbers"));
    const ViewPages pages = addPages(*this, QStringLiteral("stepEquationEmptyLabel"),
                                     tr("Each step's equation appears here with its numbers put in.\n"
                                        "Choose a model and a class in the recipe to sample."));
    m_pages = pages.stack;
    pages.content->addWidget(makeBar());
    auto* stack = new QWidget;
    m_content = new QStackedLayout(stack);
    m_content->addWidget(scrolling(makeNumbers(), QStringLiteral("stepEquationScroll")));
    m_own = new OwnNumbers;
    m_content->addWidget(scrolling(m_own, QStringLiteral("ownNumbersScroll")));
    pages.content->addWidget(stack, 1);
    (new WheelGuard(this))->guard(this);

    connect(&m_document, &SessionDocument::trajectoryChanged, this, &StepEquationView::refresh);
    connect(&m_document, &SessionDocument::playheadChanged, this, &StepEquationView::refresh);
    connect(&m_document, &SessionDocument::selectionChanged, this, &StepEquationView::refresh);
    setPage(Page::update);
}

QSize StepEquationView::sizeHint() const
{
    return {380, 300};
}

QSize StepEquationView::minimumSizeHint() const
{
    return {240, 150};
}

QWidget* StepEquationView::makeBar()
{
    auto* bar = new QWidget;
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(8, 6, 8, 2);
    rows->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    m_buttons = new QButtonGroup(this);
    const auto add = [&](Page page, const QString& text, const QString& name, const QString& tip) {
        auto* button = new SegmentButton(bar);
        button->setText(text);
        button->setObjectName(name);
        button->setAccessibleName(text);
        button->setToolTip(richTip(tip));
        m_buttons->addButton(button, int(page));
        row->addWidget(button);
    };
    add(Page::predict, tr("1 Predict"), QStringLiteral("equation.predict"),
        tr("First half of the step: from the state to the estimates of noise and image (N goes on)."));
    add(Page::update, tr("2 Update"), QStringLiteral("equation.update"),
        tr("Second half of the step: from the estimates to the next state (N goes on, Shift+N back)."));
    add(Page::own, tr("Try your own"), QStringLiteral("equation.own"),
        tr("Type numbers in and see what follows from them."));
    row->addStretch(1);
    m_pin = new QToolButton(bar);
    m_pin->setObjectName(QStringLiteral("equation.pin"));
    m_pin->setText(tr("Pin"));
    m_pin->setCheckable(true);
    m_pin->setFocusPolicy(Qt::TabFocus);
    m_pin->setAccessibleName(tr("Pin a pixel"));
    m_pin->setToolTip(
        richTip(tr("Keep looking at one pixel: a right click on it, or P with the cursor over it.")));
    connect(m_pin, &QToolButton::clicked, this, &StepEquationView::togglePin);
    row->addWidget(m_pin);
    rows->addLayout(row);
    connect(m_buttons, &QButtonGroup::idClicked, this, [this](int id) { setPage(Page(id)); });

    auto* where = new QHBoxLayout;
    where->setSpacing(4);
    m_place = new QLabel(bar);
    m_place->setObjectName(QStringLiteral("equation.place"));
    m_place->setMinimumWidth(40);
    m_place->setToolTip(
        richTip(tr("Where the numbers are taken: at the pixel under the cursor, else at the pinned one, "
                   "else they are the mean of the selected image.")));
    where->addWidget(m_place, 1);
    const auto coordinate = [&](const QString& prefix, const QString& name, const QString& spoken) {
        auto* box = new WholeBox(bar);
        box->setObjectName(name);
        box->setPrefix(prefix);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        box->setAlignment(Qt::AlignCenter);
        box->setAccessibleName(spoken);
        box->setToolTip(richTip(tr("Where the pinned pixel lies.")));
        box->hide();
        where->addWidget(box);
        connect(box, &QSpinBox::valueChanged, this, [this] {
            if (m_pinned)
                setPinned(ImagePixel{m_pinned->image, m_x->value(), m_y->value()});
        });
        return box;
    };
    m_x = coordinate(tr("x "), QStringLiteral("equation.x"), tr("Column of the pinned pixel"));
    m_y = coordinate(tr("y "), QStringLiteral("equation.y"), tr("Row of the pinned pixel"));
    m_step = new QLabel(bar);
    m_step->setObjectName(QStringLiteral("equation.step"));
    m_step->setAccessibleName(tr("Training times that the step goes from and to"));
    m_step->setFont(tabularFont(font()));
    m_step->setForegroundRole(QPalette::PlaceholderText);
    where->addWidget(m_step);
    rows->addLayout(where);
    return bar;
}

QWidget* StepEquationView::makeNumbers()
{
    auto* numbers = new QWidget;
    auto* column = new QVBoxLayout(numbers);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_formula = new FormulaView;
    m_formula->setObjectName(QStringLiteral("equation.formula"));
    m_formula->setAccessibleName(tr("Equation of the step"));
    m_table = new TermTable;
    m_table->setObjectName(QStringLiteral("equation.terms"));
    m_table->setAccessibleName(tr("Terms of the step"));
    m_remark = new QLabel;
    m_remark->setObjectName(QStringLiteral("equation.remark"));
    m_remark->setWordWrap(true);
    m_remark->setContentsMargins(8, 4, 8, 2);
    m_remark->setForegroundRole(QPalette::PlaceholderText);
    m_where = new FormulaView;
    m_where->setObjectName(QStringLiteral("equation.where"));
    m_where->setAccessibleName(tr("What the letters stand for"));
    column->addWidget(m_formula);
    column->addWidget(m_table);
    column->addWidget(m_remark);
    column->addWidget(m_where);
    column->addStretch(1);
    return numbers;
}

void StepEquationView::setPage(Page page)
{
    m_page = page;
    m_buttons->button(int(page))->setChecked(true);
    m_content->setCurrentIndex(page == Page::own ? 1 : 0);
    refresh();
}

void StepEquationView::walkOn()
{
    if (m_page == Page::predict)
        return setPage(Page::update);
    const int step = shownStep();
    if (m_page == Page::update && step == lastStep())
        return;
    if (m_page == Page::update)
        m_document.commitFrame(step + 1);
    setPage(Page::predict);
}

void StepEquationView::walkBack()
{
    if (m_page == Page::update)
        return setPage(Page::predict);
    const int step = shownStep();
    if (m_page == Page::predict && step <= 0)
        return;
    if (m_page == Page::predict)
        m_document.commitFrame(step - 1);
    setPage(Page::update);
}

void StepEquationView::hoverPixel(const ImagePixel& pixel)
{
    if (m_hovered == pixel)
        return;
    m_hovered = pixel;
    refresh();
}

void StepEquationView::leavePixel()
{
    if (std::exchange(m_hovered, std::nullopt))
        refresh();
}

void StepEquationView::pinPixel(const ImagePixel& pixel)
{
    setPinned(pixel);
}

void StepEquationView::unpin()
{
    setPinned(std::nullopt);
}

void StepEquationView::togglePin()
{
    const bool isElsewhere = m_hovered && m_hovered != m_pinned;
    if (m_pinned && !isElsewhere)
        return unpin();
    if (m_hovered)
        return setPinned(m_hovered);
    if (m_document.trajectory().frames.empty())
        return setPinned(std::nullopt);
    const auto& shape = m_document.trajectory().frames.front()->shape;
    setPinned(ImagePixel{std::max(0, m_document.selectedImage()), shape.width / 2, shape.height / 2});
}

void StepEquationView::setPinned(std::optional<ImagePixel> pixel)
{
    m_pin->setChecked(pixel.has_value());
    if (pixel == m_pinned)
        return;
    m_pinned = pixel;
    for (QSpinBox* box : {m_x, m_y})
        box->setVisible(pixel.has_value());
    refresh();
    Q_EMIT pinnedChanged(m_pinned);
}

int StepEquationView::lastStep() const
{
    const auto& frames = m_document.trajectory().frames;
    return int(frames.size()) - (!frames.empty() && frames.back()->isResult() ? 2 : 1);
}

int StepEquationView::shownStep() const
{
    return std::min(m_document.playhead(), lastStep());
}

explain::Place StepEquationView::place() const
{
    const auto& shape = m_document.trajectory().frames.front()->shape;
    const auto isInside = [&](const std::optional<ImagePixel>& pixel) {
        return pixel && pixel->image < shape.batch && pixel->x < shape.width && pixel->y < shape.height;
    };
    for (const auto* pixel : {&m_hovered, &m_pinned})
        if (isInside(*pixel))
            return {(*pixel)->image, explain::Pixel{(*pixel)->x, (*pixel)->y}};
    return {std::max(0, m_document.selectedImage()), {}};
}

QString StepEquationView::placeText(const explain::Place& place) const
{
    const int channels = m_document.trajectory().frames.front()->shape.channels;
    if (!place.pixel)
        return tr("Mean of image %1").arg(place.image + 1);
    const bool isPinned = m_pinned && !m_hovered;
    QString text =
        isPinned
            ? tr("Pinned: image %1").arg(place.image + 1)
            : tr("Cursor: image %1 (%2, %3)").arg(place.image + 1).arg(place.pixel->x).arg(place.pixel->y);
    if (channels > 1)
        text += tr(" · mean of %n channels", nullptr, channels);
    return text;
}

QString StepEquationView::stepText(int step) const
{
    const auto& frame = *m_document.trajectory().frames[std::size_t(step)];
    return tr("t = %1 → %2")
        .arg(timeText(frame.level.t), frame.next.isClean() ? tr("image") : timeText(frame.next.t));
}

void StepEquationView::refresh()
{
    const int step = shownStep();
    m_pages->setCurrentIndex(step < 0 ? 0 : 1);
    if (step < 0 || !isVisible())
        return;
    const auto& shape = m_document.trajectory().frames.front()->shape;
    if (m_pinned) {
        const QSignalBlocker guardX(m_x);
        const QSignalBlocker guardY(m_y);
        m_x->setMaximum(shape.width - 1);
        m_y->setMaximum(shape.height - 1);
        m_x->setValue(m_pinned->x);
        m_y->setValue(m_pinned->y);
    }
    m_step->setText(stepText(step));
    showStep(readerOf(m_document.shownRun()), step);
}

void StepEquationView::showStep(const explain::RunReader& run, int step)
{
    const explain::Place at = place();
    m_place->setText(placeText(at));
    const record::Frame& frame = *m_document.trajectory().frames[std::size_t(step)];
    const QString nextTime = nextTimeSymbol(frame.level.t, frame.next);
    const QString nextTimeText = frame.next.isClean() ? tr("image") : timeText(frame.next.t);
    if (m_page == Page::own) {
        const double levels = frame.next.isClean() ? frame.level.t + 1 : frame.level.t - frame.next.t;
        m_own->setStep(explain::ddpmInput(run, step, at), {.sampler = m_document.shownRun().recipe->sampler,
                                                           .nextTime = nextTime,
                                                           .nextTimeText = nextTimeText,
                                                           .levels = levels});
        return;
    }
    m_table->setVisible(m_page == Page::update);
    QString remark;
    if (m_page == Page::predict) {
        const auto prediction = explain::predictionEquation(run, step, at);
        m_formula->setLines(predictionLines(prediction));
        m_where->setLines(predictionWhere(prediction));
        remark = predictionRemark(prediction);
    } else {
        const auto equation = explain::stepEquation(run, step, at);
        m_formula->setLines(updateLines(equation, nextTime));
        m_where->setLines(whereLines(equation.equation, nextTime, nextTimeText));
        m_table->setEquation(equation);
        remark = updateRemark(equation);
    }
    m_remark->setText(remark);
    m_remark->setVisible(!remark.isEmpty());
}

void StepEquationView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

}  // namespace diffuscope::ui
